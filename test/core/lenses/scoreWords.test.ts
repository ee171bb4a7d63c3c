// What is known of a token, in words.
import { expect, test } from 'vitest';
import {
  boundsWords,
  entropyWords,
  isScored,
  rankWords,
} from '../../../src/core/lenses/scoreWords';
import type { Scores } from '../../../src/core/lenses/scores';
import { formatBits } from '../../../src/core/format';

const scores = (known: Partial<Scores>) => known as Scores;

test('an entropy is one number where its bounds are equal to what is shown, else both', () => {
  expect(boundsWords(2, 2)).toBe(formatBits(2));
  expect(boundsWords(2, 2.004)).toBe(formatBits(2));
  const [least, most] = [formatBits(2), formatBits(2.006)];
  expect(boundsWords(2, 2.006)).toMatch(
    new RegExp(`^between ${parseFloat(least)}\\d* and ${most}, `),
  );
  expect(boundsWords(2, Infinity)).toContain(`at least ${least}`);
});

test('what is not known is said so', () => {
  const known = scores({
    logprobs: Float32Array.of(-1, NaN),
    entropiesNats: Float32Array.of(2, NaN),
  });
  expect([0, 1].map(row => isScored(known, row))).toEqual([true, false]);
  expect([0, 1].map(row => entropyWords(known, row))).toEqual([formatBits(2), 'not known']);
  const bounded = scores({
    entropiesNats: Float32Array.of(2, 2),
    entropyUppersNats: Float32Array.of(3, NaN),
  });
  expect(entropyWords(bounded, 0)).toBe(boundsWords(2, 3));
  expect(entropyWords(bounded, 1)).toBe(formatBits(2));
  expect([0, 1, 20].map(rankWords)).toEqual(['not known', '1', '20']);
});
