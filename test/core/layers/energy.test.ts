// Energies beside a plain sum in double precision.
import { describe, expect, test } from 'vitest';
import { energies, type EnergyOptions } from '../../../src/core/layers/energy';
import { seededRandom } from '../../../src/core/random';
import { randomFloats } from '../../support/randomAttention';
import { seedOr } from '../../support/seed';

const FORMS: EnergyOptions[] = [
  { form: 'elu', margin: 0.5 },
  { form: 'elu', margin: 0.9 },
  { form: 'elu', margin: -0.2 },
  { form: 'gaussian', margin: 0.5 },
  { form: 'gaussian', margin: 0.9 },
];

function plain(states: Float32Array, n: number, { form, margin }: EnergyOptions): number[] {
  const width = states.length / n;
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from(states.slice(i * width, (i + 1) * width)),
  );
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return rows.map(own => {
    const values = rows.map(other => {
      const lengths = Math.sqrt(dot(own, own)) * Math.sqrt(dot(other, other));
      const x = (lengths > 0 ? dot(own, other) / lengths : 0) - margin;
      if (form === 'elu') return x > 0 ? x : Math.exp(x) - 1;
      const z = (1 - margin - x) / (1 - margin);
      return Math.exp((-z * z) / 2);
    });
    return values.reduce((a, b) => a + b, 0) / n;
  });
}

describe.each(FORMS)('$form with margin $margin', options => {
  test.each([
    [1, 3],
    [2, 1],
    [3, 5],
    [63, 8],
    [64, 7],
    [66, 9],
    [131, 24],
  ])('%d states of %d numbers: a plain sum to 1e-6', (n, width) => {
    const random = seededRandom(seedOr(31));
    const states = randomFloats(random, n * width, 5);
    // Some are alike, so that large cosines are among them.
    for (let i = 1; i < n; i += 3)
      for (let k = 0; k < width; k++)
        states[i * width + k] = 2 * states[(i - 1) * width + k]! + 0.3 * random();
    const found = energies(states, n, options);
    expect(found).toHaveLength(n);
    const error = plain(states, n, options).map((each, i) => Math.abs(each - found[i]!));
    expect(Math.max(...error)).toBeLessThan(1e-6);
  });

  test('states that are there twice score highest', () => {
    const random = seededRandom(seedOr(32));
    const [n, width] = [60, 64];
    const states = randomFloats(random, n * width);
    for (const copy of [20, 21, 40]) states.copyWithin(copy * width, 5 * width, 6 * width);
    const found = Array.from(energies(states, n, options), (energy, i) => ({ energy, i }));
    const highest = found.toSorted((a, b) => b.energy - a.energy).slice(0, 4);
    expect(highest.map(({ i }) => i).sort((a, b) => a - b)).toEqual([5, 20, 21, 40]);
  });

  test('lengths do not matter', () => {
    const random = seededRandom(seedOr(33));
    const states = randomFloats(random, 30 * 6);
    const scaled = states.map((value, i) => value * 2 ** (Math.floor(i / 6) % 5));
    expect(energies(scaled, 30, options)).toEqual(energies(states, 30, options));
  });
});

test('a state of zeros is like none, not even itself', () => {
  const states = Float32Array.of(1, 0, 0, 0);
  const [one, zero] = energies(states, 2, { form: 'elu', margin: 0.5 });
  expect(one).toBeCloseTo((0.5 + Math.expm1(-0.5)) / 2, 6);
  expect(zero).toBeCloseTo(Math.expm1(-0.5), 6);
});

test('a Gaussian needs a width', () => {
  const states = Float32Array.of(1, 0);
  expect(() => energies(states, 2, { form: 'gaussian', margin: 1 })).toThrow(RangeError);
  expect(() => energies(states, 2, { form: 'elu', margin: 1 })).not.toThrow();
});
