// One text under two tokenizers: by hand, against sets, and of published tokenizers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { costsOf } from '../../../../src/core/tokenizerReport/measures/cost';
import {
  addSwaps,
  noSwap,
  swapOf,
  swapRatio,
  type ChangedWord,
} from '../../../../src/core/tokenizerReport/measures/swap';
import { cutAt, randomCuts } from '../../../support/cutEncoding';
import { golden } from '../../../support/paths';
import { seedOr } from '../../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { pick, randomOf } from '../../../support/toys';

describe('a swap', () => {
  test('counts boundaries of both and of one, and words that become whole or break', () => {
    // A: bl | ue | ' sk' | 'y été'; B: blue | ' s' | 'ky ' | ét | é
    const text = 'blue sky été';
    const words: ChangedWord[] = [];
    const a = cutAt(text, [2, 4, 7, 14]);
    const b = cutAt(text, [4, 6, 9, 12, 14]);
    expect(swapOf(text, a, b, undefined, word => words.push(word))).toEqual({
      first: 4,
      second: 5,
      shared: 1,
      onlyFirst: 2,
      onlySecond: 3,
      words: 3,
      wholeInBoth: 0,
      becomeWhole: 1,
      break: 1,
    });
    expect(words).toEqual([
      { start: 0, end: 4, becomesWhole: true },
      { start: 9, end: 12, becomesWhole: false },
    ]);
  });

  test('tokens without bytes are tokens, and no boundaries', () => {
    expect(swapOf('ab', cutAt('ab', [0, 1, 1, 2, 2]), cutAt('ab', [2]))).toMatchObject({
      first: 5,
      second: 1,
      shared: 0,
      onlyFirst: 1,
      onlySecond: 0,
    });
  });

  test('of nothing', () => {
    const swap = swapOf('', cutAt('', []), cutAt('', []));
    expect(swap).toEqual(noSwap);
    expect(swapRatio(swap)).toBeNull();
  });

  test('random texts: as sets of boundaries, and words by a regular expression', () => {
    const random = randomOf(seedOr(27));
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: 10 }, () =>
        pick(random, ['a', 'é', '𐌰', '1', ' ', '.', '\u0301']),
      ).join('');
      const [a, b] = [randomCuts(text, random), randomCuts(text, random)];
      const swap = swapOf(text, a, b);
      const [ends, others] = [a, b].map(({ byteEnds }) => new Set(byteEnds.slice(0, -1)));
      expect(swap.shared).toBe([...ends!].filter(end => others!.has(end)).length);
      expect(swap.onlyFirst).toBe([...ends!].filter(end => !others!.has(end)).length);
      expect(swap.onlySecond).toBe([...others!].filter(end => !ends!.has(end)).length);
      const back = swapOf(text, b, a);
      expect([back.becomeWhole, back.break, back.onlyFirst]).toEqual([
        swap.break,
        swap.becomeWhole,
        swap.onlySecond,
      ]);
      const words = Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+/gu), ({ 0: word, index }) => {
        const start = encodeUtf8(text.slice(0, index)).length;
        const end = start + encodeUtf8(word).length;
        const isWhole = (cuts: Set<number>) => ![...cuts].some(cut => cut > start && cut < end);
        return [isWhole(ends!), isWhole(others!)];
      });
      expect(swap.words).toBe(words.length);
      expect(swap.wholeInBoth).toBe(words.filter(([x, y]) => x && y).length);
      expect(swap.becomeWhole).toBe(words.filter(([x, y]) => !x && y).length);
      expect(swapOf(text, a, a)).toMatchObject({ onlyFirst: 0, onlySecond: 0, becomeWhole: 0 });
    }
  });
});

test('swaps of files add up', () => {
  const swap = (first: number, second: number) => ({ ...noSwap, first, second });
  expect(addSwaps(swap(10, 5), swap(10, 30))).toEqual(swap(20, 35));
  expect([swap(10, 30), noSwap].map(swapRatio)).toEqual([3, null]);
});

test('costs are by million tokens, and shares are of the window', () => {
  const prices = [
    { name: 'small', perMillion: 0.5, window: 1000 },
    { name: 'large', perMillion: 10 },
  ];
  expect(costsOf(2500, prices)).toEqual([
    { name: 'small', tokens: 2500, cost: 0.00125, windowShare: 2.5 },
    { name: 'large', tokens: 2500, cost: 0.025, windowShare: null },
  ]);
});

test.skipIf(!hasShared)('GPT-2 and cl100k: code has fewer tokens under the later one', () => {
  const [gpt2, cl100k] = ['gpt2', 'tiktoken'].map(name =>
    tokenizerOf(join(shared, 'tokenizers', name)),
  );
  const text = readFileSync(join(golden, 'texts/python.py.txt'), 'utf8');
  const [a, b] = [gpt2!.encode(text), cl100k!.encode(text)];
  const swap = swapOf(text, a, b);
  expect([swap.first, swap.second]).toEqual([a.ids.length, b.ids.length]);
  expect(swap.shared + swap.onlyFirst + 1).toBe(a.ids.length);
  expect(swap.shared + swap.onlySecond + 1).toBe(b.ids.length);
  expect(swapRatio(swap)).toBeLessThan(0.8);
});
