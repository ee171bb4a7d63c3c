// The exponential function of sums over rows, compared with the language's own.
import { expect, test } from 'vitest';
import { expOf } from '../../../src/core/exactBytes/exp';
import { randomOf } from '../../support/toys';
import { seedOr } from '../../support/seed';

test('e^x is what Math.exp makes of it, as closely as sums of a vocabulary need', () => {
  const random = randomOf(seedOr(1));
  let furthest = 0;
  for (let i = 0; i < 200_000; i++) {
    // As many near 0, where probabilities are, as far from it.
    const x = -708 * random() ** 4;
    furthest = Math.max(furthest, Math.abs(expOf(x) / Math.exp(x) - 1));
  }
  expect(furthest).toBeLessThan(3e-13);
});

test('the ends of its range', () => {
  expect([expOf(0), expOf(-0), expOf(-Infinity), expOf(-709)]).toEqual([1, 1, 0, 0]);
  // Rounding may make a logprob more than 0.
  expect(expOf(1e-6)).toBeCloseTo(Math.exp(1e-6), 15);
  expect(expOf(NaN)).toBeNaN();
});
