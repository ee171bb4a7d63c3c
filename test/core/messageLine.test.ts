// What a file holds comes into messages, which stay one readable line.
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/errors';
import { messageLine } from '../../src/core/messageLine';
import { readTraces } from '../../src/core/traces/readTraces';

test('line ends and other hidden characters are made visible', () => {
  expect(messageLine('a\nb\u001b[31m\u202e')).toBe('a↵b⟨U+001B⟩[31m⟨U+202E⟩');
  expect(messageLine('It has "é 😀".')).toBe('It has "é 😀".');
});

test('a long message keeps its beginning and its end', () => {
  const { message } = new UserError(`begins ${'\n\u0000'.repeat(100_000)} ends.`);
  expect(message).toMatch(/^begins ↵.* … .* ends\.$/);
  expect(message.length).toBeLessThan(1100);
});

test('a message of a thousand characters is whole, one more leaves its middle out', () => {
  const middle = 'b'.repeat(799);
  const whole = `a${middle}${'c'.repeat(200)}`;
  expect(messageLine(whole)).toBe(whole);
  expect(messageLine(`${whole}c`)).toBe(`a${middle} … ${'c'.repeat(200)}`);
  // Each character is spelled by eight.
  const spelled = messageLine('\u0001'.repeat(1000));
  expect(spelled).toBe(`${'⟨U+0001⟩'.repeat(100)} … ${'⟨U+0001⟩'.repeat(25)}`);
});

test('a problem of a trace file is one line, whatever its keys are', () => {
  const key = `a\nb${'<think>'.repeat(10_000)}`;
  const { problems } = readTraces(JSON.stringify({ [key]: 1, c: 2 }));
  expect(problems).toEqual([
    expect.stringMatching(/^Its JSON .* its fields are "a\\nb<think>[^\n]*, "c"\.$/),
  ]);
  expect(problems[0]!.length).toBeLessThan(1100);
});
