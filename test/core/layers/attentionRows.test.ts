// What rows of attention say, beside sums over lists of keys.
import { describe, expect, test } from 'vitest';
import {
  attentionColumns,
  dilutionMarks,
  dilutionOf,
  mostAttended,
  summariseAttention,
  type AttentionShape,
} from '../../../src/core/layers/attentionRows';
import { seededRandom } from '../../../src/core/random';
import { randomAttention } from '../../support/randomAttention';
import { seedOr } from '../../support/seed';

const entropyOf = (weights: number[]) =>
  weights.reduce((sum, p) => sum + (p > 0 ? p * Math.log(1 / p) : 0), 0);

/** The mass between n - share × n and n, where key i covers [i, i + 1). */
const localOf = (keys: number[], share: number) =>
  keys.reduce((sum, p, i) => {
    const from = keys.length * (1 - share);
    return sum + p * Math.min(1, Math.max(0, i + 1 - from));
  }, 0);

describe('the columns of random rows', () => {
  const random = seededRandom(7);
  test.each<[AttentionShape, number]>([
    [{ heads: 3, tokens: 9, seen: 9 }, 0.1],
    [{ heads: 2, tokens: 4, seen: 11 }, 0.25],
    [{ heads: 1, tokens: 1, seen: 1 }, 0.5],
    [{ heads: 2, tokens: 6, seen: 6 }, 1],
  ])('%j, share %d', (shape, share) => {
    const { heads, tokens, seen } = shape;
    const weights = randomAttention(random, shape);
    const found = summariseAttention(weights, shape, share);
    for (let head = 0; head < heads; head++) {
      for (let token = 0; token < tokens; token++) {
        const at = (head * tokens + token) * seen;
        const keys = Array.from(weights.slice(at, at + seen - tokens + token + 1));
        const out = token * heads + head;
        expect(found.entropies[out]).toBeCloseTo(entropyOf(keys), 5);
        expect(found.sinks[out]).toBe(keys[0]);
        expect(found.locals[out]).toBeCloseTo(localOf(keys, share), 5);
        const rest = keys.slice(1);
        const mass = rest.reduce((a, b) => a + b, 0);
        if (rest.length === 0) expect(found.entropiesWithoutSink[out]).toBeNaN();
        else
          expect(found.entropiesWithoutSink[out]).toBeCloseTo(
            entropyOf(rest.map(p => p / mass)),
            5,
          );
      }
    }
  });
});

describe('known rows', () => {
  const shape = { heads: 2, tokens: 40, seen: 40 };

  test('uniform attention: exactly the share, and log n', () => {
    const uniform = randomAttention(() => 0.5, shape);
    for (const share of [0.05, 0.1, 0.3, 1]) {
      const { locals, entropies } = summariseAttention(uniform, shape, share);
      for (const local of locals) expect(local).toBeCloseTo(dilutionMarks(share).uniform, 6);
      expect(entropies[79]).toBeCloseTo(Math.log(40), 5);
    }
  });

  test('attention to the token itself: 1 where the window holds it', () => {
    const diagonal = randomAttention(
      () => 0.5,
      shape,
      (query, key) => query === key,
    );
    const { locals, sinks, entropiesWithoutSink } = summariseAttention(diagonal, shape, 0.1);
    for (let token = 0; token < 40; token++)
      expect(locals[2 * token]).toBeCloseTo(token < 9 ? 0.1 * (token + 1) : 1, 6);
    expect(dilutionMarks(0.1)).toEqual({ uniform: 0.1, diagonal: 1 });
    expect([sinks[0], sinks[2]]).toEqual([1, 0]);
    expect(entropiesWithoutSink[2]).toBe(0);
  });

  test('a row that is all sink has nothing else', () => {
    const sink = randomAttention(
      () => 0.5,
      shape,
      (_, key) => key === 0,
    );
    const found = summariseAttention(sink, shape, 0.1);
    expect([...new Set(found.sinks)]).toEqual([1]);
    expect([...new Set(found.entropies)]).toEqual([0]);
    expect([...new Set(found.entropiesWithoutSink)]).toEqual([NaN]);
    expect(found.locals[79]).toBe(0);
  });

  test('a small rest is normalised: its entropy does not depend on the sink', () => {
    const weights = Float32Array.of(1 - 3e-7, 1e-7, 1e-7, 1e-7);
    const shape = { heads: 1, tokens: 1, seen: 4 };
    const { entropiesWithoutSink } = summariseAttention(weights, shape, 0.5);
    expect(entropiesWithoutSink[0]).toBeCloseTo(Math.log(3), 5);
  });
});

test('what is after the last key that is seen is not read', () => {
  const shape = { heads: 1, tokens: 3, seen: 5 };
  const weights = randomAttention(seededRandom(3), shape);
  const expected = summariseAttention(weights, shape, 0.4);
  for (const at of [3, 4, 9]) weights[at] = NaN;
  expect(summariseAttention(weights, shape, 0.4)).toEqual(expected);
});

test('chunks with the keys before them fill the columns of the whole', () => {
  const random = seededRandom(seedOr(4));
  const [heads, all] = [2, 12];
  const weights = randomAttention(random, { heads, tokens: all, seen: all });
  const whole = summariseAttention(weights, { heads, tokens: all, seen: all }, 0.3);
  const into = attentionColumns(all, heads);
  for (const [from, to] of [
    [5, 12],
    [0, 5],
  ] as const) {
    const rows = Array.from({ length: heads }, (_, head) =>
      Array.from({ length: to - from }, (_, i) => {
        const at = (head * all + from + i) * all;
        return Array.from(weights.slice(at, at + to));
      }),
    ).flat(2);
    const shape = { heads, tokens: to - from, seen: to };
    summariseAttention(Float32Array.from(rows), shape, 0.3, into, from);
  }
  expect(into).toEqual(whole);
});

test('the keys of the largest weights', () => {
  const row = [0.1, 0.4, 0, 0.1, 0.4];
  expect(mostAttended(row, 3)).toEqual([
    { key: 1, weight: 0.4 },
    { key: 4, weight: 0.4 },
    { key: 0, weight: 0.1 },
  ]);
  expect(mostAttended(row, 9).map(({ key }) => key)).toEqual([1, 4, 0, 3]);
  expect(mostAttended(row, 0)).toEqual([]);
  const random = seededRandom(seedOr(5));
  for (let round = 0; round < 200; round++) {
    const some = Array.from({ length: 12 }, () => Math.floor(6 * random()) / 6);
    const sorted = some
      .map((weight, key) => ({ key, weight }))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight || a.key - b.key);
    expect(mostAttended(some, 5)).toEqual(sorted.slice(0, 5));
  }
});

describe('dilution', () => {
  test('is the mean over tokens and heads, by the keys that are seen', () => {
    const locals = Float32Array.of(0.25, 0.75, 0.5, NaN, 1, 0, 0.125, 0.375);
    expect(dilutionOf(locals, 2, { from: 0, to: 4 })).toEqual({
      mean: 3 / 7,
      curve: [
        { from: 1, to: 2, count: 2, mean: 0.5 },
        { from: 2, to: 4, count: 3, mean: 0.5 },
        { from: 4, to: 8, count: 2, mean: 0.25 },
      ],
    });
    expect(dilutionOf(locals, 2, { from: 2, to: 4 }, [1, 2, 8, 1]).curve).toEqual([
      { from: 1, to: 2, count: 2, mean: 0.25 },
      { from: 8, to: 16, count: 2, mean: 0.5 },
    ]);
    expect(dilutionOf(locals, 2, { from: 2, to: 2 })).toEqual({ mean: NaN, curve: [] });
  });

  test('of uniform attention is the share at every length', () => {
    const shape = { heads: 2, tokens: 70, seen: 70 };
    const { locals } = summariseAttention(
      randomAttention(() => 0, shape),
      shape,
      0.1,
    );
    const { mean, curve } = dilutionOf(locals, 2, { from: 0, to: 70 });
    for (const each of [mean, ...curve.map(bucket => bucket.mean)])
      expect(each).toBeCloseTo(0.1, 6);
    expect(curve.map(({ from }) => from)).toEqual([1, 2, 4, 8, 16, 32, 64]);
  });
});
