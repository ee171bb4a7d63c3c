import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random';
import { bootstrapInterval, median, wilsonInterval } from '../../src/core/statistics';
import { seedOr } from '../support/seed';

describe("Wilson's interval", () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [20, 20, 0.8389, 1],
  ])('of %d successes in %d trials', (successes, trials, low, high) => {
    const found = wilsonInterval(successes, trials);
    expect(found[0]).toBeCloseTo(low, 4);
    expect(found[1]).toBeCloseTo(high, 4);
  });

  test('says nothing without trials', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });

  test('is the set of shares that are within z standard errors of the one found', () => {
    for (const share of wilsonInterval(13, 40)) {
      const error = Math.sqrt((share * (1 - share)) / 40);
      expect(Math.abs(13 / 40 - share) / error).toBeCloseTo(1.96, 10);
    }
  });
});

describe('the median', () => {
  test.each([
    [[], NaN],
    [[7], 7],
    [[10, 9, 1], 9],
    [[10, -2, 1, 9], 5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('leaves the values in their order', () => {
    const values = Float32Array.of(3, 1, 2);
    median(values);
    expect([...values]).toEqual([3, 1, 2]);
  });
});

describe('the bootstrap interval', () => {
  test('is a point where all ratios are equal', () => {
    expect(bootstrapInterval([1, 2, 3], [2, 4, 6], seededRandom(1))).toEqual([0.5, 0.5]);
  });

  test('of a large sample comes near the one of a normal distribution', () => {
    const random = seededRandom(seedOr(2));
    const values = Array.from({ length: 400 }, random);
    const ones = values.map(() => 1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const half = 1.96 * Math.sqrt(variance / values.length);
    const [low, high] = bootstrapInterval(values, ones, random);
    expect(Math.abs(low - (mean - half))).toBeLessThan(0.1 * half);
    expect(Math.abs(high - (mean + half))).toBeLessThan(0.1 * half);
  });
});
