// Selections compared with brute force over the whole matrix, ties included.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { featureChoice, isEnough, mutualChoice, perToken } from '../../../src/core/sae/selection';
import { rowCount, rowsOf, type SparseRows } from '../../../src/core/sae/sparseRows';
import { seedOr } from '../../support/seed';

/** Few distinct values, so there are many ties; 0 is off. */
const matrices = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 6 }))
  .chain(([tokens, features]) =>
    fc.array(fc.array(fc.nat(4), { minLength: features, maxLength: features }), {
      minLength: tokens,
      maxLength: tokens,
    }),
  );

function sparse(matrix: number[][]): SparseRows {
  return rowsOf(
    matrix.map(row => row.flatMap((v, f) => (v > 0 ? [[f, v] as [number, number]] : []))),
  );
}

function dense(rows: SparseRows, features: number): number[][] {
  return Array.from({ length: rowCount(rows) }, (_, token) => {
    const row = new Array<number>(features).fill(0);
    for (let i = rows.starts[token]!; i < rows.starts[token + 1]!; i++)
      row[rows.features[i]!] = rows.values[i]!;
    return row;
  });
}

/** Repeatedly takes the highest remaining value; of ties, the first in reading order. */
function highest(matrix: number[][], count: number, fits: (t: number, f: number) => boolean) {
  const out = matrix.map(row => row.map(() => 0));
  const order: { token: number; value: number }[] = [];
  for (let n = 0; n < count; n++) {
    let best: [number, number] | undefined;
    matrix.forEach((row, t) =>
      row.forEach((value, f) => {
        if (value === 0 || out[t]![f]! > 0 || !fits(t, f)) return;
        if (!best || value > matrix[best[0]]![best[1]]!) best = [t, f];
      }),
    );
    if (!best) break;
    const [t, f] = best;
    out[t]![f] = matrix[t]![f]!;
    order.push({ token: t, value: matrix[t]![f]! });
  }
  return { out, order };
}

test('the k highest of each token', () => {
  fc.assert(
    fc.property(matrices, fc.nat(6), (matrix, k) => {
      const wanted = matrix.map((_, t) => highest(matrix, k, at => at === t).out[t]);
      expect(dense(perToken(sparse(matrix), k), matrix[0]!.length)).toEqual(wanted);
    }),
    { seed: seedOr(1) },
  );
});

test('Mutual Choice takes exactly as many of the highest values of the whole text as the budget', () => {
  fc.assert(
    fc.property(matrices, fc.nat(30), (matrix, budget) => {
      const found = mutualChoice(sparse(matrix), budget);
      expect(dense(found, matrix[0]!.length)).toEqual(highest(matrix, budget, () => true).out);
      const positive = matrix.flat().filter(value => value > 0).length;
      expect(found.values).toHaveLength(Math.min(budget, positive));
    }),
    { seed: seedOr(1) },
  );
});

test('Feature Choice lists the tokens where one feature is highest', () => {
  fc.assert(
    fc.property(matrices, fc.nat(5), fc.nat(8), (matrix, feature, count) => {
      const { order } = highest(matrix, count, (_, f) => f === feature);
      expect(featureChoice(sparse(matrix), feature, count)).toEqual(order);
    }),
    { seed: seedOr(1) },
  );
});

test('rows truncated to the k highest are enough only if the choice is the same as from whole rows', () => {
  fc.assert(
    fc.property(matrices, fc.integer({ min: 1, max: 6 }), fc.nat(30), (matrix, held, budget) => {
      const cut = perToken(sparse(matrix), held);
      if (!isEnough(cut, held, budget)) return;
      const features = matrix[0]!.length;
      expect(dense(mutualChoice(cut, budget), features)).toEqual(
        dense(mutualChoice(sparse(matrix), budget), features),
      );
    }),
    { seed: seedOr(1) },
  );
});

test('and are not enough only if what was cut off could be chosen', () => {
  fc.assert(
    fc.property(matrices, fc.integer({ min: 1, max: 6 }), fc.nat(30), (matrix, held, budget) => {
      // No ties but those with what was cut off.
      const distinct = matrix.map((row, t) =>
        row.map((value, f) => (value > 0 ? 100 * value + 10 * t + f : 0)),
      );
      const cut = perToken(sparse(distinct), held);
      const rows = dense(cut, matrix[0]!.length);
      const couldBeChosen = rows.some((row, token) => {
        const known = row.filter(value => value > 0);
        if (known.length < held) return false;
        // The highest value that it may have, of a feature that goes before the others.
        const more = rows.map((row, t) => [t === token ? Math.min(...known) : 0, ...row]);
        return dense(mutualChoice(sparse(more), budget), more[0]!.length)[token]![0]! > 0;
      });
      expect(isEnough(cut, held, budget)).toBe(!couldBeChosen);
    }),
    { seed: seedOr(1) },
  );
});
