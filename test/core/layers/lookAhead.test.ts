import { describe, expect, test } from 'vitest';
import { drift, lookAhead } from '../../../src/core/layers/lookAhead';
import { seededRandom } from '../../../src/core/random';
import { randomFloats } from '../../support/randomAttention';
import { seedOr } from '../../support/seed';

describe('looking ahead', () => {
  const plain = (nats: readonly number[], count: number) =>
    nats.map((_, t) =>
      t + count > nats.length ? NaN : nats.slice(t, t + count).reduce((a, b) => a + b, 0),
    );

  test('is the sum of the next tokens, at every place and for every count', () => {
    const random = seededRandom(seedOr(41));
    for (const length of [0, 1, 2, 7, 20]) {
      for (const count of [1, 2, 3, 5, 7, 19, 20, 21]) {
        const nats = Array.from({ length }, () => (random() < 0.1 ? NaN : 10 * random()));
        const found = lookAhead(nats, count);
        expect(found).toHaveLength(length);
        plain(nats, count).forEach((sum, t) => {
          if (Number.isNaN(sum)) expect(found[t]).toBeNaN();
          else expect(found[t]).toBeCloseTo(sum, 4);
        });
      }
    }
  });

  test('does not drift: a large value leaves nothing behind', () => {
    const nats = Array.from({ length: 50 }, (_, t) => (t === 10 ? 1e15 : 0.1));
    const found = lookAhead(nats, 4);
    for (let t = 11; t + 4 <= 50; t++) expect(found[t]).toBe(Math.fround(0.4));
    expect(lookAhead([1, Infinity, 1, 2, 3], 2).slice(2)).toEqual(Float32Array.of(3, 5, NaN));
  });

  test('of all tokens is their sum, at the first one alone', () => {
    expect([...lookAhead([1, 2, 4], 3)]).toEqual([7, NaN, NaN]);
  });
});

describe('drift', () => {
  test('is 1 less the cosine of neighbours', () => {
    const random = seededRandom(seedOr(42));
    const [n, width] = [12, 5];
    const states = randomFloats(random, n * width, 3);
    const row = (t: number) => Array.from(states.slice(t * width, (t + 1) * width));
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const found = drift(states, n, width);
    expect(found[0]).toBeNaN();
    for (let t = 1; t < n; t++) {
      const [a, b] = [row(t - 1), row(t)];
      const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      expect(found[t]).toBeCloseTo(1 - cosine, 6);
    }
  });

  test('is 0 for one direction, 1 for a right angle, 2 for the opposite', () => {
    const states = Float32Array.of(1, 3, 2, 6, -6, 2, 6, -2);
    const found = drift(states, 4, 2);
    expect(found[1]).toBeCloseTo(0, 12);
    expect(found[2]).toBeCloseTo(1, 6);
    expect(found[3]).toBeCloseTo(2, 6);
  });

  test('of a hair is not lost: the cosine itself would be 1', () => {
    const found = drift(Float32Array.of(1, 0, 1, 1e-9), 2, 2);
    expect(found[1]! / 5e-19).toBeCloseTo(1, 5);
  });

  test('is not known beside zeros', () => {
    expect([...drift(Float32Array.of(1, 0, 1), 3, 1)]).toEqual([NaN, NaN, NaN]);
  });
});
