// Texts that are made to be slow to read: the work grows with their length, not with its square.
import { expect, test } from 'vitest';
import { assembleTrace } from '../../../src/core/traces/assembleTrace';
import type { RawLogprob, RawTrace } from '../../../src/core/traces/formats/rawTrace';
import { readTraces } from '../../../src/core/traces/readTraces';
import { completion } from '../../../src/core/traces/formats/completions';
import { encodeUtf8 } from '../../../src/core/text/utf8';

const place = { name: 'a', format: 'b', utf16Start: 0, utf16End: 0, path: [] };
const textOf = (text: string): RawTrace => ({ parts: [{ kind: 'answer', text }] });
const tokens = (texts: readonly string[]) =>
  texts.map((text): RawLogprob => ({ bytes: encodeUtf8(text), logprob: -1, top: [] }));
const withTokens = (text: string, texts: readonly string[]): RawTrace => ({
  ...textOf(text),
  logprobs: [{ source: 's', space: 'raw', tokens: tokens(texts) }],
});
const repeat = (text: string) => (length: number) =>
  textOf(text.repeat(Math.ceil(length / text.length)));
const list = <T>(item: T, length: number) => Array.from({ length }, () => item);

/** The processor's time, which other processes do not lengthen; the least of three. */
function millisecondsOf(read: () => void): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const before = process.cpuUsage();
      read();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );
}

test.each<[string, (length: number) => string]>([
  [
    'prompts with many choices',
    length => {
      const prompt_logprobs = [null, { 1: { decoded_token: 'a', logprob: -1, rank: 1 } }];
      const choices = list({ text: '', prompt_logprobs }, length / 100);
      return JSON.stringify({ prompt: 'a'.repeat(length / 2), choices });
    },
  ],
  [
    'questions with many answers in brackets',
    length => JSON.stringify({ question: '(Answer: '.repeat(length / 9), logprobs: [{ a: -1 }] }),
  ],
  ['recordings without bodies', length => `interactions:\n${'- response:\n'.repeat(length / 12)}`],
  ['recordings with long lines of blanks', length => `interactions:\n${' '.repeat(length)}x`],
])('files of %s are read in linear time', (_, fileOf) => {
  const at = (length: number) => {
    const file = fileOf(length);
    return millisecondsOf(() => readTraces(file));
  };
  at(2_000);
  const [short, long] = [at(16_000), at(128_000)];
  expect(long).toBeLessThan(24 * short + 60);
});

test.each<[string, (length: number) => RawTrace]>([
  ['thoughts', repeat('<think>a</think>b\n')],
  ['thoughts and answers', repeat('<think>a</think><answer>b</answer>')],
  ['opening markers', repeat('<think>')],
  ['opening markers without an end', repeat('<answer>a\n')],
  ['closing markers', repeat('</think>')],
  ['markers of all kinds', repeat('<think>[THINK]<thought></think><answer></thought>')],
  ['mentions', repeat('`<think>` ')],
  ['backticks', repeat('`')],
  ['fences', repeat('```\n')],
  ['blanks before markers', repeat('     <think>')],
  ['angle brackets', repeat('<')],
  ['white space', length => textOf(`a${' \n'.repeat(length / 2)}b`)],
  ['channels', repeat('<|channel|>analysis<|message|>a')],
  ['a long name of a channel', length => textOf(`<|channel|>${'a'.repeat(length)}`)],
  ['sentences', repeat('Ab é. ')],
  ['parts', length => ({ parts: list({ kind: 'answer', text: 'a b' }, length / 8) })],
  ['steps', length => ({ parts: list({ kind: 'answer', text: 'a', steps: [0] }, length / 8) })],
  ['tokens that fit', length => withTokens('ab'.repeat(length / 4), list('ab', length / 4))],
  ['tokens of white space', length => withTokens('a', ['a', ...list(' ', length / 4), 'b'])],
  ['tokens of markers', length => withTokens('b', [...list('<think>', length / 4), 'a'])],
  [
    'tokens of thoughts',
    length => {
      const count = Math.ceil(length / 32);
      const texts = list(['<think>', 'a', '</think>', 'b'], count).flat();
      return withTokens('<think>a</think>b\n'.repeat(count), texts);
    },
  ],
  [
    'prompts of vLLM',
    length => {
      const entry = {
        1: { logprob: -1, decoded_token: 'a' },
        2: { logprob: -1, decoded_token: 'b' },
      };
      const prompt_logprobs = [null, ...list(entry, length / 8)];
      const row = { prompt: 'a'.repeat(length / 8 + 1), choices: [{ text: '', prompt_logprobs }] };
      return completion.read(row)![0]!;
    },
  ],
])('%s are read in linear time', (_, rawOf) => {
  const at = (length: number) => millisecondsOf(() => assembleTrace(rawOf(length), place));
  at(2_000);
  const [short, long] = [at(16_000), at(128_000)];
  // 8 times the length; a quadratic scan takes 64 times as long.
  expect(long).toBeLessThan(24 * short + 60);
});

test('parts are apart by an empty line, listed steps by a line, and what goes on by nothing', () => {
  const [thinking, answer] = ['thinking', 'answer'] as const;
  const textOf = (...parts: RawTrace['parts']) => assembleTrace({ parts }, place).text;
  const one = { kind: thinking, text: 'one' };
  expect(textOf(one, { kind: answer, text: 'two' })).toBe('one\n\ntwo');
  expect(textOf(one, { kind: answer, text: 'two', goesOn: true })).toBe('onetwo');
  const step = { kind: thinking, text: 'two', steps: [0] };
  expect(textOf(one, step)).toBe('one\ntwo');
  for (const blank of ['\n', ' ', '\t'])
    expect(textOf({ ...one, text: `one${blank}` }, step)).toBe(`one${blank}two`);
  expect(textOf(one, { ...step, goesOn: true })).toBe('onetwo');
  expect(textOf(one, step, { kind: answer, text: 'three' })).toBe('one\ntwo\n\nthree');
  expect(textOf(step)).toBe('two');
});
