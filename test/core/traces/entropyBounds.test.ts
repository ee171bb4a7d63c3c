// Bounds of the entropy of a cut list, against random distributions that are known whole.
import { expect, test } from 'vitest';
import { entropyBounds } from '../../../src/core/traces/entropyBounds';
import { randomOf } from '../../support/toys';
import { seedOr } from '../../support/seed';

/** Likeliest first. */
function distribution(size: number, sharpness: number, random: () => number): number[] {
  const weights = Array.from({ length: size }, () => Math.exp(sharpness * random()));
  const sum = weights.reduce((total, each) => total + each, 0);
  return weights.map(each => each / sum).sort((a, b) => b - a);
}

const entropyOf = (all: readonly number[]) => all.reduce((sum, p) => sum - p * Math.log(p), 0);

test('the entropy is between the bounds, and nearer to the lower one where the likeliest are listed', () => {
  const random = randomOf(seedOr(3));
  let isNearer = 0;
  for (let run = 0; run < 500; run++) {
    const all = distribution(200, 20 * random(), random);
    const count = 1 + Math.floor(random() * 40);
    const listed = all.slice(0, count).map(Math.log);
    const own = entropyOf(all);
    const any = entropyBounds(listed, all.length);
    const likeliest = entropyBounds(listed, all.length, listed.at(-1));
    for (const { entropy } of [any, likeliest]) {
      expect(entropy[0]).toBeLessThanOrEqual(own + 1e-9);
      expect(entropy[1]).toBeGreaterThanOrEqual(own - 1e-9);
    }
    expect(likeliest.entropy[0]).toBeGreaterThanOrEqual(any.entropy[0] - 1e-9);
    if (likeliest.entropy[0] > any.entropy[0] + 0.01) isNearer++;
  }
  expect(isNearer).toBeGreaterThan(100);
});

test('of a whole list both bounds are the entropy, and the varentropy is known', () => {
  const all = distribution(50, 5, randomOf(seedOr(4)));
  const { entropy, varentropy } = entropyBounds(all.map(Math.log), 50, Math.log(all.at(-1)!));
  const own = entropyOf(all);
  expect(entropy[0]).toBeCloseTo(own, 6);
  expect(entropy[1]).toBeCloseTo(own, 6);
  expect(varentropy).toBeCloseTo(
    all.reduce((sum, p) => sum + p * (Math.log(p) + own) ** 2, 0),
    6,
  );
});

test('nothing is nearer than what is listed allows: the bounds are reached', () => {
  const half = Math.log(0.5);
  // 0.5 is left: of one token, or of two with a quarter.
  expect(entropyBounds([half], 3).entropy[0]).toBeCloseTo(Math.log(2));
  expect(entropyBounds([half], 3, Math.log(0.25)).entropy[0]).toBeCloseTo(1.5 * Math.log(2));
  expect(entropyBounds([half], 3).entropy[1]).toBeCloseTo(1.5 * Math.log(2));
});
