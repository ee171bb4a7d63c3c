// The fields of a token's line, which docs/cli.md documents.
import { expect, test } from 'vitest';
import { emptyScores } from '../../../src/core/lenses/scores';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { StreamTokens } from '../../../src/core/text/stream/tokenStream';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { tokenLines } from '../../../src/engine/documents/tokenJson';
import { tokenPiece } from '../../../src/engine/documents/tokenPiece';

const texts = ['a', 'é', '\ufeff', '\n'];
const tokenizer = { bytesOf: (id: number) => encodeUtf8(texts[id]!) } as Tokenizer;
const tokens = {
  ids: Uint32Array.of(1, 0),
  byteStarts: Uint32Array.of(10, 12),
  byteEnds: Uint32Array.of(12, 13),
  utf16Starts: Uint32Array.of(7, 8),
  utf16Ends: Uint32Array.of(8, 9),
} as StreamTokens;
const first = { id: 1, bytes: 'c3a9', byteStart: 10, byteEnd: 12, utf16Start: 7, utf16End: 8 };
const second = { id: 0, bytes: '61', byteStart: 12, byteEnd: 13, utf16Start: 8, utf16End: 9 };

const parsed = (...args: Parameters<typeof tokenLines>) =>
  [...tokenLines(...args)].map(line => {
    expect(line).toMatch(/^[^\n]+\n$/);
    return JSON.parse(line) as unknown;
  });

test('without a model a line has the token and its place', () => {
  expect(parsed(tokens, null, tokenizer, 5)).toEqual([
    { index: 5, ...first },
    { index: 6, ...second },
  ]);
  const normalized = { ...tokens, normalized: Uint8Array.of(0, 1) };
  expect(parsed(normalized, null, tokenizer)).toEqual([
    { index: 0, ...first },
    { index: 1, ...second, normalized: true },
  ]);
});

test('with a model it has numbers in the units that their names say, and null where nothing is known', () => {
  const scores = emptyScores(2, 2);
  const known = {
    logprobs: -3 * Math.LN2,
    entropiesNats: 2 * Math.LN2,
    varentropies: 5 * Math.LN2 ** 2,
  };
  scores.logprobs[1] = known.logprobs;
  scores.entropiesNats[1] = known.entropiesNats;
  scores.varentropies[1] = known.varentropies;
  scores.ranks[1] = 2;
  scores.contexts.set([0, 9]);
  scores.topIds.set([0, 0, 3, 2]);
  scores.topLogprobs.set([-0.5, -Infinity], 2);
  const [unknown, line] = parsed(tokens, scores, tokenizer) as Record<string, never>[];
  const nothing = { logprob: null, surprisal: null, entropy: null, varentropy: null, rank: null };
  expect(unknown).toEqual({ index: 0, ...first, ...nothing, context: 0, top: null });
  const top = [
    { id: 3, bytes: '0a', logprob: -0.5 },
    { id: 2, bytes: 'efbbbf', logprob: null },
  ];
  const close = (value: number): number => expect.closeTo(value, 5) as number;
  const numbers = { surprisal: close(3), entropy: close(2), varentropy: close(5) };
  const logprob = close(known.logprobs);
  expect(line).toEqual({ index: 1, ...second, logprob, ...numbers, rank: 2, context: 9, top });
});

test('a piece has a copy of the bytes', () => {
  const own = encodeUtf8('a');
  const piece = tokenPiece({ bytesOf: () => own } as unknown as Tokenizer, 4);
  expect(piece).toEqual({ id: 4, bytes: own });
  expect(piece.bytes).not.toBe(own);
});
