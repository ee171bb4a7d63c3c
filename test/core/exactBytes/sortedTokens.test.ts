// Tokens by their bytes, beside a list that is searched whole; byte strings, and sums of exponentials.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringOf, bytesOf } from '../../../src/core/exactBytes/byteString';
import { logSoftmax, LogSum, logSumOf } from '../../../src/core/exactBytes/logSum';
import { SortedTokens, textTokensOf } from '../../../src/core/exactBytes/sortedTokens';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { seedOr } from '../../support/seed';

const bytes = fc.uint8Array({ min: 0x61, max: 0x63, minLength: 1, maxLength: 4 });
const high = fc.uint8Array({ min: 0xfe, minLength: 1, maxLength: 3 });
const vocabularies = fc.array(fc.oneof(bytes, high), { maxLength: 20 });

describe('tokens by their bytes', () => {
  test('are found by all of them and by their beginning', () => {
    const seed = seedOr(131);
    fc.assert(
      fc.property(
        vocabularies,
        fc.oneof(bytes, high, fc.constant(new Uint8Array())),
        (all, wanted) => {
          // Every second id is used.
          const ids = all.map((_, i) => 2 * i);
          const tokens = new SortedTokens(ids, id => all[id / 2]!);
          const key = byteStringOf(wanted);
          const strings = all.map(byteStringOf);
          const sorted = [...ids].sort((a, b) => {
            const [one, other] = [strings[a / 2]!, strings[b / 2]!];
            return one === other ? a - b : one < other ? -1 : 1;
          });
          expect([...tokens.ids]).toEqual(sorted);
          // In whatever order they are given.
          const turned = new SortedTokens([...ids].reverse(), id => all[id / 2]!);
          expect([...turned.ids]).toEqual(sorted);
          expect(tokens.bytes).toEqual(sorted.map(id => strings[id / 2]));
          expect(tokens.longest).toBe(Math.max(0, ...all.map(({ length }) => length)));
          expect([...tokens.idsOf(key)]).toEqual(sorted.filter(id => strings[id / 2] === key));
          const { start, end } = tokens.startingWith(key);
          expect([...tokens.ids.subarray(start, end)]).toEqual(
            sorted.filter(id => strings[id / 2]!.startsWith(key)),
          );
          for (let id = 0; id < 2 * all.length; id++)
            expect(tokens.bytesOf(id)).toBe(id % 2 ? undefined : strings[id / 2]);
          expect(tokens.idLimit).toBe(all.length === 0 ? 0 : 2 * all.length - 1);
        },
      ),
      { seed },
    );
  });

  test('of a text are neither special nor marks nor empty', () => {
    const tokenizer = {
      vocabSize: 5,
      isSpecial: (id: number) => id === 1,
      bytesOf: (id: number) => encodeUtf8(['a', 'b', '', 'd', 'e'][id]!),
    } as unknown as Tokenizer;
    expect([...textTokensOf(tokenizer).ids]).toEqual([0, 3, 4]);
    expect([...textTokensOf(tokenizer, [4]).ids]).toEqual([0, 3]);
  });
});

test('bytes come back from their string, however many they are', () => {
  for (const length of [0, 1, 0x1fff, 0x2000, 0x2001, 0x5000]) {
    const all = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);
    const string = byteStringOf(all);
    expect(string.length).toBe(length);
    expect(Buffer.from(bytesOf(string)).equals(all)).toBe(true);
  }
});

describe('a sum of exponentials', () => {
  test('is that of its terms, also far below what numbers hold', () => {
    const seed = seedOr(132);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -20, max: 20, noNaN: true })),
        fc.integer({ min: -2000, max: 0 }),
        (terms, shift) => {
          const wanted = Math.log(terms.reduce((sum, term) => sum + Math.exp(term), 0));
          const found = logSumOf([...terms.map(term => term + shift), -Infinity]);
          if (terms.length === 0) expect(found).toBe(-Infinity);
          else expect(found - shift).toBeCloseTo(wanted, 9);
          const sum = new LogSum();
          for (const term of terms) sum.add(term + shift);
          expect(sum.value).toBe(logSumOf(terms.map(term => term + shift)));
        },
      ),
      { seed },
    );
  });

  test('is taken off logits', () => {
    const row = logSoftmax(Float32Array.of(1000, 1001, -1000, 1000));
    const total = 2 + Math.E;
    [1, Math.E, 0, 1].forEach((weight, i) =>
      expect(Math.exp(row[i]!)).toBeCloseTo(weight / total, 12),
    );
    expect(row[2]).toBeCloseTo(-2001 - Math.log((2 + Math.E) / Math.E), 9);
  });
});
