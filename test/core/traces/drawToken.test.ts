// What is drawn for every place in [0, 1), beside the probabilities by the definition.
import { expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random';
import { drawToken } from '../../../src/core/traces/drawToken';
import { seedOr } from '../../support/seed';

const GRID = 4000;

/** [token]: the share of places in [0, 1) at which it is drawn. */
function shares(row: Float64Array, temperature: number, topP: number): number[] {
  const counts = Array.from(row, () => 0);
  for (let i = 0; i < GRID; i++)
    counts[drawToken(row, { temperature, topP }, () => (i + 0.5) / GRID)]! += 1 / GRID;
  return counts;
}

/** softmax(row / T), of the fewest of the most probable tokens that reach topP, and of those as likely as the last. */
function wanted(row: Float64Array, temperature: number, topP: number): number[] {
  const weights = Array.from(row, value => Math.exp(value / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sorted = [...weights].sort((a, b) => b - a);
  let count = 0;
  for (let sum = 0; sum < topP * total * (1 - 1e-12) && count < sorted.length; count++)
    sum += sorted[count]!;
  const kept = weights.map(weight => (weight >= sorted[Math.max(count, 1) - 1]! ? weight : 0));
  const sum = kept.reduce((sum, weight) => sum + weight, 0);
  return kept.map(weight => weight / sum);
}

test('tokens are drawn as often as they are likely', () => {
  const random = seededRandom(seedOr(91));
  for (let round = 0; round < 60; round++) {
    const row = Float64Array.from({ length: 6 }, () =>
      random() < 0.15 ? -Infinity : 5 * random() - 8,
    );
    row[round % 6] = 1;
    const temperature = [0.5, 1, 2][round % 3]!;
    const topP = [1, 0.9, 0.5, 0.05][round % 4]!;
    const found = shares(row, temperature, topP);
    wanted(row, temperature, topP).forEach((share, token) => {
      if (share === 0) expect(found[token]).toBe(0);
      else expect(Math.abs(found[token]! - share)).toBeLessThan(2 / GRID);
    });
  }
});

test('without a temperature the likeliest is taken, the first of equals, and nothing is drawn', () => {
  const never = () => {
    throw new Error('drawn');
  };
  const row = Float32Array.of(-3, 2, -Infinity, 2, 1);
  expect(drawToken(row, { temperature: 0, topP: 0.5 }, never)).toBe(1);
});

test('rounding draws no token that cannot come', () => {
  const row = Float64Array.of(-Infinity, 0, 0, -Infinity);
  const drawn = (at: number) => drawToken(row, { temperature: 1, topP: 1 }, () => at);
  expect([0, 0.4999, 0.5, 0.9999, 1].map(drawn)).toEqual([1, 1, 2, 2, 2]);
  expect(drawToken(row, { temperature: 1, topP: 0.5 }, () => 0.99)).toBe(2);
});

test('one number is asked for', () => {
  let asked = 0;
  drawToken(Float64Array.of(1, 2, 3), { temperature: 1, topP: 0.9 }, () => {
    asked++;
    return 0.5;
  });
  expect(asked).toBe(1);
});
