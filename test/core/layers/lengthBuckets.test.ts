import { expect, test } from 'vitest';
import { LengthBuckets } from '../../../src/core/layers/lengthBuckets';

test('means by powers of two', () => {
  const buckets = new LengthBuckets();
  for (const [length, value] of [
    [1, 10],
    [2, 1],
    [3, 2],
    [4, NaN],
    [8, 5],
    [15, 6],
    [16, 7],
  ] as const)
    buckets.add(length, value);
  expect(buckets.result()).toEqual([
    { from: 1, to: 2, count: 1, mean: 10 },
    { from: 2, to: 4, count: 2, mean: 1.5 },
    { from: 8, to: 16, count: 2, mean: 5.5 },
    { from: 16, to: 32, count: 1, mean: 7 },
  ]);
  expect([buckets.count, buckets.mean]).toEqual([6, 31 / 6]);
});

test('without a value there is no bucket and no mean', () => {
  expect(new LengthBuckets().result()).toEqual([]);
  expect(new LengthBuckets().mean).toBeNaN();
});
