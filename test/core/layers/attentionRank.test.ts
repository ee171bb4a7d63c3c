// Ranks beside powers of dense matrices, and the collapse of causal attention onto its first token.
import { describe, expect, test } from 'vitest';
import {
  attentionRank,
  collapsesTo,
  headRanks,
  keptHeads,
} from '../../../src/core/layers/attentionRank';
import { seededRandom } from '../../../src/core/random';
import { everywhere, randomAttention } from '../../support/randomAttention';
import { seedOr } from '../../support/seed';

type Matrix = number[][];
const range = (length: number) => Array.from({ length }, (_, i) => i);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map(row => b[0]!.map((_, column) => sum(row.map((value, k) => value * b[k]![column]!))));

function matrixOf(weights: Float32Array, n: number, head: number, withoutSink: boolean): Matrix {
  return range(n).map(query => {
    const row = range(n).map(key =>
      withoutSink && key === 0 ? 0 : weights[(head * n + query) * n + key]!,
    );
    const all = sum(row);
    return row.map(value => (all > 0 ? value / all : 0));
  });
}

/** The uniform row times the matrix's power, which is made first. */
function rankOf(matrix: Matrix, iterations: number): number[] {
  const n = matrix.length;
  let power: Matrix = range(n).map(i => range(n).map(j => (i === j ? 1 : 0)));
  for (let i = 0; i < iterations; i++) power = product(power, matrix);
  const row = range(n).map(column => sum(power.map(each => each[column]!)));
  return row.map(value => value / sum(row));
}

describe.each([
  ['bidirectional', everywhere],
  ['causal', undefined],
] as const)('%s attention', (_name, sees) => {
  test.each([
    [0, false],
    [1, false],
    [1, true],
    [6, false],
    [6, true],
  ])('%d iterations; without the sink: %j: a power of the matrix', (iterations, withoutSink) => {
    const [heads, n] = [3, 10];
    const random = seededRandom(seedOr(21));
    const weights = randomAttention(random, { heads, tokens: n, seen: n }, sees);
    const options = { iterations, withoutSink };
    const expected = range(heads).map(head =>
      rankOf(matrixOf(weights, n, head, withoutSink), iterations),
    );
    const ranks = headRanks(weights, n, options);
    expected.flat().forEach((rank, i) => expect(ranks[i]).toBeCloseTo(rank, 6));
    const combined = attentionRank(weights, n, options);
    for (const token of range(n)) {
      const squares = expected.map(own => own[token]! ** 2);
      expect(combined[token]).toBeCloseTo(Math.sqrt(sum(squares) / heads), 6);
    }
    if (withoutSink) expect(combined[0]).toBe(0);
  });
});

test('a bidirectional graph comes to its stationary distribution: another iteration changes nothing', () => {
  const [heads, n] = [2, 12];
  const weights = randomAttention(
    seededRandom(seedOr(22)),
    { heads, tokens: n, seen: n },
    everywhere,
  );
  const many = headRanks(weights, n, { iterations: 60, withoutSink: false });
  const more = headRanks(weights, n, { iterations: 61, withoutSink: false });
  many.forEach((rank, i) => expect(more[i]).toBeCloseTo(rank, 10));
  expect(collapsesTo(weights, n, { iterations: 60, withoutSink: false }).rank).toBeLessThan(0.5);
});

test('causal attention collapses onto the first token, and without it onto the second', () => {
  const [heads, n] = [4, 32];
  const weights = randomAttention(seededRandom(seedOr(23)), { heads, tokens: n, seen: n });
  const collapsed = collapsesTo(weights, n, { iterations: 2000, withoutSink: false });
  expect(collapsed.token).toBe(0);
  expect(collapsed.rank).toBeGreaterThan(1 - 1e-9);
  const combined = attentionRank(weights, n, { iterations: 2000, withoutSink: false });
  expect(combined[0]).toBeCloseTo(1, 6);
  expect(Math.max(...combined.slice(1))).toBeLessThan(1e-6);
  const without = collapsesTo(weights, n, { iterations: 2000, withoutSink: true });
  expect(without.token).toBe(1);
  expect(without.rank).toBeGreaterThan(1 - 1e-9);
  // A few iterations say more: rank moves to the first token step by step.
  const first = [1, 2, 4, 8, 16].map(
    iterations => headRanks(weights, n, { iterations, withoutSink: false })[0]!,
  );
  expect(first).toEqual([...first].sort((a, b) => a - b));
  expect(first[0]).toBeLessThan(0.5);
});

test('the collapse is that of the head that collapses least', () => {
  // The first head looks at token 0, the second is uniform.
  const sink = randomAttention(
    () => 0,
    { heads: 1, tokens: 3, seen: 3 },
    (_, key) => key === 0,
  );
  const uniform = randomAttention(() => 0, { heads: 1, tokens: 3, seen: 3 }, everywhere);
  const weights = Float32Array.of(...sink, ...uniform);
  const found = collapsesTo(weights, 3, { iterations: 3, withoutSink: false });
  expect(found.token).toBe(0);
  expect(found.rank).toBeCloseTo(1 / 3, 6);
});

test('ranks that flow nowhere are not known', () => {
  const sink = randomAttention(
    () => 0,
    { heads: 1, tokens: 3, seen: 3 },
    (_, key) => key === 0,
  );
  const ranks = headRanks(sink, 3, { iterations: 1, withoutSink: true });
  expect([...ranks]).toEqual([NaN, NaN, NaN]);
});

describe('the variance filter', () => {
  // Times n: variances 0, 0.5 and 3.
  const [high, low] = [(1 + Math.SQRT1_2) / 4, (1 - Math.SQRT1_2) / 4];
  const heads = [
    [0.25, 0.25, 0.25, 0.25],
    [high, low, high, low],
    [1, 0, 0, 0],
  ];
  const ranks = Float64Array.from(heads.flat());

  test.each([
    [{}, [0, 1, 2]],
    [{ minVariance: 0.01 }, [1, 2]],
    [{ maxVariance: 0.7 }, [0, 1]],
    [{ minVariance: 0.01, maxVariance: 0.7 }, [1]],
    [{ minVariance: 0, maxVariance: 0 }, [0]],
    [{ minVariance: 5 }, [0, 1, 2]],
  ])('%j keeps %j', (limits, heads) => expect(keptHeads(ranks, 4, limits)).toEqual(heads));

  test('leaves heads out of the combination', () => {
    const sink = randomAttention(
      () => 0,
      { heads: 1, tokens: 4, seen: 4 },
      (_, key) => key === 0,
    );
    const uniform = randomAttention(() => 0, { heads: 1, tokens: 4, seen: 4 }, everywhere);
    const weights = Float32Array.of(...sink, ...uniform);
    const rank = (limits: object) =>
      attentionRank(weights, 4, { iterations: 1, withoutSink: false, ...limits })[0];
    expect(rank({ minVariance: 0.01 })).toBe(1);
    expect(rank({ maxVariance: 0.7 })).toBe(0.25);
    expect(rank({})).toBeCloseTo(Math.sqrt((1 + 1 / 16) / 2), 6);
  });
});
