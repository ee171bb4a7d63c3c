// How far two loads of experts are apart, and what is said of them.
import { expect, test } from 'vitest';
import {
  comparedWords,
  comparisonRows,
  spread,
  totalVariation,
  type LoadComparison,
} from '../../../src/core/layers/loadComparison';
import { seededRandom } from '../../../src/core/random';
import { seedOr } from '../../support/seed';

test('total variation is the largest difference that a set of experts makes', () => {
  const random = seededRandom(seedOr(31));
  const drawn = () => {
    const values = Array.from({ length: 7 }, random);
    const sum = values.reduce((a, b) => a + b);
    return values.map(value => value / sum);
  };
  for (let round = 0; round < 20; round++) {
    const [p, q] = [drawn(), drawn()];
    let largest = 0;
    for (let set = 0; set < 1 << 7; set++) {
      const massOf = (of: number[]) => of.reduce((sum, x, i) => sum + (set & (1 << i) ? x : 0), 0);
      largest = Math.max(largest, massOf(p) - massOf(q));
    }
    expect(totalVariation(p, q)).toBeCloseTo(largest, 12);
    expect(totalVariation(q, p)).toBeCloseTo(largest, 12);
    expect(totalVariation(p, p)).toBe(0);
  }
  expect(totalVariation([1, 0, 0], [0, 0.5, 0.5])).toBe(1);
});

const COMPARED: LoadComparison = {
  experts: 4,
  chosen: 2,
  tokens: 120,
  others: { files: 32, given: 90, tokens: 1 },
  layers: [
    {
      layer: 3,
      shares: Float64Array.of(0.5, 0.25, 0.25, 0),
      othersShares: Float64Array.of(0.25, 0.25, 0.375, 0.125),
      distance: 0.25,
    },
  ],
};

test('the experts whose shares differ most come first', () => {
  expect(comparisonRows(COMPARED).slice(1)).toEqual([
    ['3', '25 %', '0: 50 % (25 %), 2: 25 % (37.5 %), 3: 0 % (12.5 %)'],
  ]);
});

test('words say how much was read of what', () => {
  expect(comparedWords(COMPARED)).toBe(
    'Load of 4 experts, 2 for each token, by 120 tokens of this text and 1 token of 32 of 90 files',
  );
  const one = { ...COMPARED, others: { files: 1, given: 1, tokens: 5 } };
  expect(comparedWords(one)).toContain('and 5 tokens of 1 file');
});

test('files are taken from all over the list', () => {
  const all = Array.from({ length: 100 }, (_, i) => i);
  const taken = spread(all);
  expect(taken).toHaveLength(32);
  expect(new Set(taken).size).toBe(32);
  expect([taken[0], taken.at(-1)! > 95]).toEqual([0, true]);
  expect(spread([1, 2, 3])).toEqual([1, 2, 3]);
  expect(spread([])).toEqual([]);
});
