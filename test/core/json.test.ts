// Values of files that are named in messages.
import { expect, test } from 'vitest';
import {
  asNumber,
  asObjects,
  asString,
  definedFields,
  isNestedDeeper,
  isObject,
  nameOf,
  quote,
  quoteName,
} from '../../src/core/json';

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

test('a value in a message is cut to its length, dots included', () => {
  expect(quote('a'.repeat(58))).toBe(`"${'a'.repeat(58)}"`);
  expect(quote('a'.repeat(59))).toBe(`"${'a'.repeat(56)}...`);
  expect(quote([1, 2, 3], 6)).toBe('[1,...');
  expect(quoteName('a'.repeat(198))).toBe(`"${'a'.repeat(198)}"`);
  expect(quoteName('a'.repeat(199))).toHaveLength(200);
});

const values = ['a', 3, null, true, [{}], { a: 1 }, undefined];

test('values are taken for what they are', () => {
  expect(values.filter(isObject)).toEqual([{ a: 1 }]);
  expect(values.map(asString)).toEqual(['a', ...new Array<undefined>(6).fill(undefined)]);
  expect(values.map(asNumber)).toEqual([undefined, 3, ...new Array<undefined>(5).fill(undefined)]);
  expect(asObjects(values)).toEqual([{ a: 1 }]);
  expect(values.filter(value => !Array.isArray(value)).flatMap(asObjects)).toEqual([]);
});

test('fields without a value are left out, others stay', () => {
  expect(Object.keys(definedFields({ a: undefined, b: null, c: 0, d: '' }))).toEqual([
    'b',
    'c',
    'd',
  ]);
});

test('levels of lists and objects are counted', () => {
  const levels: [unknown, number][] = [
    [1, 0],
    [null, 0],
    ['[[]]', 0],
    [[], 1],
    [{}, 1],
    [[1, [2, { a: null }], 3], 3],
    [{ a: 1, b: { c: [[]] } }, 4],
  ];
  for (const [value, depth] of levels)
    for (let most = 0; most < 6; most++)
      expect([value, most, isNestedDeeper(value, most)]).toEqual([value, most, depth > most]);
});
