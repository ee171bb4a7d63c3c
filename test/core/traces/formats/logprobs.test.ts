// Log-probabilities as files write them: which numbers are some, and which entries are tokens.
import { expect, test } from 'vitest';
import {
  completionLogprobs,
  entriesOf,
  openAiLogprobs,
  promptLogprobs,
  spelledBytes,
} from '../../../../src/core/traces/formats/logprobs';

/** What a token of an older completion has that was written with this value. */
const natsOf = (value: unknown) =>
  completionLogprobs({ tokens: ['a'], token_logprobs: [value] })[0]!.tokens[0]!.logprob;

test('a log-probability is a number that is not above 0 by more than rounding', () => {
  expect([-1.5, 0, -8999].map(natsOf)).toEqual([-1.5, 0, -8999]);
  expect([1e-7, 1e-6].map(natsOf)).toEqual([0, 0]);
  // A probability, what some servers write for what is not listed, and no numbers.
  for (const value of [1e-5, 0.5, 1, -9000, -9999, -Infinity, null, undefined, '-1', [-1], NaN])
    expect([value, natsOf(value)]).toEqual([value, NaN]);
});

test('alternatives are sorted, without those that have no number', () => {
  const entries = entriesOf({ a: -2, 18: -3, b: -1, c: 0.5, d: null, e: -9999 });
  expect(entries.map(({ bytes, logprob }) => [Buffer.from(bytes).toString(), logprob])).toEqual([
    ['b', -1],
    ['a', -2],
    ['18', -3],
  ]);
  for (const value of [undefined, null, 'a', -1, []]) expect(entriesOf(value)).toEqual([]);
});

test('lists of something else are no tokens', () => {
  const tokens = ['a'];
  const token_logprobs = [-1];
  for (const value of [
    null,
    [],
    {},
    { tokens },
    { token_logprobs },
    { tokens: 'a', token_logprobs },
  ])
    expect(completionLogprobs(value)).toEqual([]);
  for (const value of [null, [], [{}], [{ token: 'a' }, { text: 'b' }], ['a']])
    expect(openAiLogprobs(value, 's')).toEqual([]);
  const sampled = openAiLogprobs([{ token: 'a', prob: 0.5, top_probs: [] }], 's')[0]!;
  expect([sampled.space, sampled.tokens[0]!.logprob]).toEqual(['sampled', Math.log(0.5)]);
});

test('entries of a prompt that are no objects are left out', () => {
  const entry = { decoded_token: 'a', logprob: -1, rank: 1 };
  for (const other of [null, 3, 'b', [1]]) {
    const found = promptLogprobs([null, { 7: entry, 8: other }]);
    expect(found[0]!.tokens.map(({ logprob, top }) => [logprob, top.length])).toEqual([[-1, 1]]);
  }
  expect(promptLogprobs([null, null])).toEqual([]);
  expect(promptLogprobs('a')).toEqual([]);
});

test('a token that is spelled by its bytes may be that spelling itself, and no other is doubtful', () => {
  const spelled = (token: string) => {
    const { bytes, otherBytes } = spelledBytes(token);
    return [bytes, ...(otherBytes ?? [])].map(each => Buffer.from(each).toString('latin1'));
  };
  for (const token of ['', 'a', ' a', '\\x41', '\\n', 'bytes:a'])
    expect(spelled(token)).toEqual([token]);
  expect(spelled('\\xf0\\x9f')).toEqual(['\xf0\x9f', '\\xf0\\x9f']);
  expect(spelled('bytes:\\xf0\\x9f')).toEqual(['\xf0\x9f', 'bytes:\\xf0\\x9f']);
  // A blank may belong to the token.
  expect(spelled('bytes: \\xc3')).toEqual(['\xc3', ' \xc3', 'bytes: \\xc3']);
});
