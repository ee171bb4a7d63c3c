// Significance within groups and what cores keep, beside lists of groups, keys and heads.
import { describe, expect, test } from 'vitest';
import { coresOf, coreSignificance, lostByCores } from '../../../src/core/layers/coreTokens';
import { seededRandom } from '../../../src/core/random';
import { randomAttention } from '../../support/randomAttention';
import { seedOr } from '../../support/seed';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const range = (length: number) => Array.from({ length }, (_, i) => i);

describe('random attention', () => {
  const [heads, n] = [3, 23];
  const weightsOf = () => randomAttention(seededRandom(seedOr(11)), { heads, tokens: n, seen: n });

  test.each([1, 4, 5, 23, 24])('groups of %d: their weights sum to 1', group => {
    const weights = weightsOf();
    const w = (h: number, q: number, k: number) => weights[(h * n + q) * n + k]!;
    const significance = coreSignificance(weights, n, group);
    const groups = range(Math.floor(n / group)).map(g => range(group).map(i => g * group + i));
    for (const tokens of groups) {
      expect(sum(tokens.map(token => significance[token]!))).toBeCloseTo(1, 6);
      const last = tokens.at(-1)!;
      for (const token of tokens) {
        const parts = range(heads).map(
          h => w(h, last, token) / sum(tokens.map(k => w(h, last, k))),
        );
        expect(significance[token]).toBeCloseTo(sum(parts) / heads, 6);
      }
    }
    for (let token = groups.length * group; token < n; token++)
      expect(significance[token]).toBeNaN();
  });

  test.each([
    [4, false],
    [4, true],
    [1, false],
    [1, true],
    [24, false],
  ])('what is lost by cores of groups of %d; without the sink: %j', (group, withoutSink) => {
    const weights = weightsOf();
    const w = (h: number, q: number, k: number) => weights[(h * n + q) * n + k]!;
    const significance = coreSignificance(weights, n, group);
    const { lost, far } = lostByCores(weights, n, group, undefined, withoutSink);
    const counts = (key: number) => !withoutSink || key > 0;
    for (const query of range(n)) {
      const earlier = range(Math.floor(query / group)).map(g =>
        range(group)
          .map(i => g * group + i)
          .filter(counts),
      );
      const cores = earlier.flatMap(keys =>
        keys.toSorted((a, b) => significance[b]! - significance[a]! || a - b).slice(0, 1),
      );
      const massOf = (keys: number[]) =>
        sum(range(heads).map(h => sum(keys.map(k => w(h, query, k)))));
      const mass = massOf(earlier.flat());
      expect(far[query]).toBeCloseTo(mass / heads, 6);
      if (mass === 0) expect(lost[query]).toBeNaN();
      else expect(lost[query]).toBeCloseTo(1 - massOf(cores) / mass, 5);
    }
  });
});

test('heads without attention inside a group have no part in it', () => {
  // Two heads over two groups of two: the second head looks at token 0 alone, the first looks at itself.
  const heads = [
    [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
  ];
  const weights = Float32Array.from(heads.flat());
  expect([...coreSignificance(weights, 4, 2)]).toEqual([0.5, 0.5, 0, 1]);
  expect([...coreSignificance(weights.slice(16), 4, 2)]).toEqual([1, 0, NaN, NaN]);
});

test('attention to cores alone loses nothing, attention beside them everything', () => {
  const [n, group] = [8, 4];
  const significance = [0.1, 0.7, 0.1, 0.1, 1, 0, 0, 0];
  expect([...coresOf(significance, group)]).toEqual([1, 4]);
  const on = (key: number) => {
    const weights = randomAttention(
      () => 0,
      { heads: 2, tokens: n, seen: n },
      (_, k) => k === key,
    );
    return Array.from(lostByCores(weights, n, group, significance).lost);
  };
  const first = [NaN, NaN, NaN, NaN];
  expect(on(1)).toEqual([...first, 0, 0, 0, 0]);
  expect(on(2)).toEqual([...first, 1, 1, 1, 1]);
});

test('the core is the first of equals, never the one that is left out', () => {
  expect([...coresOf([0.5, 0.5, NaN, NaN, 0.2], 2)]).toEqual([0, -1]);
  expect([...coresOf([0.5, 0.5], 2, 0)]).toEqual([1]);
  expect([...coresOf([1, 1], 1, 0)]).toEqual([-1, 1]);
});
