// HiGHS beside the corners of small programs.
import { expect, test } from 'vitest';
import { openHighs } from '../../../src/engine/tokenizerReport/highs';
import type { LinearRow } from '../../../src/core/tokenizerReport/measures/mixture/linearProgram';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

test('the least cost of two variables is at a corner', async () => {
  const solve = await openHighs();
  const random = randomOf(seedOr(1));
  for (let round = 0; round < 50; round++) {
    const costs = [random(), random()];
    // a x + b y >= c with positive numbers: bounded below, and never empty.
    const rows = Array.from({ length: 4 }, (): LinearRow => ({
      variables: [0, 1],
      values: [random() + 0.1, random() + 0.1],
      lower: random(),
      upper: Infinity,
    }));
    const x = solve({ costs, rows });
    const lines = [
      ...rows.map(({ values, lower }) => [...values, lower] as [number, number, number]),
      [1, 0, 0] as [number, number, number],
      [0, 1, 0] as [number, number, number],
    ];
    const isAllowed = ([u, v]: readonly [number, number]) =>
      lines.every(([a, b, c]) => a * u + b * v >= c - 1e-9);
    const corners = lines.flatMap(([a, b, c], i) =>
      lines.slice(i + 1).flatMap(([d, e, f]) => {
        const determinant = a * e - b * d;
        const corner = [(c * e - b * f) / determinant, (a * f - c * d) / determinant] as const;
        return determinant !== 0 && isAllowed(corner) ? [corner] : [];
      }),
    );
    const least = Math.min(...corners.map(([u, v]) => costs[0]! * u + costs[1]! * v));
    expect(isAllowed([x[0]! + 1e-6, x[1]! + 1e-6])).toBe(true);
    expect(costs[0]! * x[0]! + costs[1]! * x[1]!).toBeCloseTo(least, 6);
  }
});

test('equations, and programs without a solution', async () => {
  const solve = await openHighs();
  const sum = { variables: [0, 1], values: [1, 1], lower: 1, upper: 1 };
  expect(Array.from(solve({ costs: [1, 2], rows: [sum] }))).toEqual([1, 0]);
  const never = { variables: [0], values: [1], lower: -Infinity, upper: -1 };
  expect(() => solve({ costs: [1], rows: [never] })).toThrow('no optimum');
});
