// Values of files that are named in messages.
import { expect, test } from 'vitest';
import { nameOf, quote } from '../../src/core/json';

const deep: unknown = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);

test('a name is a text, whatever the file holds in its place', () => {
  expect(['a', 3, null, true, { a: 1 }, undefined].map(nameOf)).toEqual([
    'a',
    '3',
    'null',
    'true',
    '{"a":1}',
    'missing',
  ]);
  expect(nameOf({ toString: true })).toBe('{"toString":true}');
});

test('a value that is nested deeper than the stack is named', () => {
  expect(quote(deep)).toBe('nested too deeply to be shown');
  expect(nameOf([deep])).toBe('nested too deeply to be shown');
});
