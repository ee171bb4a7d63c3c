// Sparse rows beside lists of lists.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  concatRows,
  filterRows,
  rowCount,
  rowsOf,
  sliceRows,
  valueAt,
  type FeatureRows,
  type SparseRows,
} from '../../../src/core/sae/sparseRows';
import { seedOr } from '../../support/seed';

type Lists = [feature: number, value: number][][];
const WIDTH = 2;

const entry = fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 99 }));
const ascending = fc
  .uniqueArray(entry, { selector: ([feature]) => feature, maxLength: 4 })
  .map(list => list.sort(([a], [b]) => a - b));
const lists: fc.Arbitrary<Lists> = fc.array(ascending, { maxLength: 6 });

/** Every row's numbers name the row. */
function full(lists: Lists, first = 0): FeatureRows {
  return {
    ...rowsOf(lists),
    norms: Float32Array.from(lists, (_, t) => first + t + 0.25),
    errors: Float32Array.from(lists, (_, t) => first + t + 0.5),
    activations: Float32Array.from(lists.flatMap((_, t) => [first + t, -first - t])),
  };
}

const listsOf = ({ starts, features, values }: SparseRows): Lists =>
  Array.from(starts.subarray(1), (end, t) =>
    Array.from(features.subarray(starts[t], end), (feature, i) => [
      feature,
      values[starts[t]! + i]!,
    ]),
  );

test('lists are kept as they are, and every value is found', () => {
  const seed = seedOr(31);
  fc.assert(
    fc.property(lists, lists => {
      const rows = rowsOf(lists);
      expect(rowCount(rows)).toBe(lists.length);
      expect(rows.starts[0]).toBe(0);
      expect(listsOf(rows)).toEqual(lists);
      lists.forEach((list, t) => {
        for (let f = 0; f < 10; f++)
          expect(valueAt(rows, t, f)).toBe(list.find(([feature]) => feature === f)?.[1] ?? 0);
      });
    }),
    { seed },
  );
});

test('entries are kept by their place and token', () => {
  const seed = seedOr(31);
  fc.assert(
    fc.property(lists, lists => {
      const rows = rowsOf(lists);
      const odd = filterRows(rows, (place, token) => (rows.features[place]! + token) % 2 === 1);
      expect(listsOf(odd)).toEqual(lists.map((list, t) => list.filter(([f]) => (f + t) % 2 === 1)));
    }),
    { seed },
  );
});

test('a slice has the rows of its range, and slices put together are the whole', () => {
  const seed = seedOr(31);
  fc.assert(
    fc.property(lists, fc.nat(6), fc.nat(6), (lists, a, b) => {
      const [first, end] = [Math.min(a, b, lists.length), Math.min(Math.max(a, b), lists.length)];
      const rows = full(lists);
      const slice = sliceRows(rows, first, end);
      expect(slice).toEqual(full(lists.slice(first, end), first));
      expect(slice.activations).toHaveLength((end - first) * WIDTH);
      const parts = [sliceRows(rows, 0, first), slice, sliceRows(rows, end, lists.length)];
      expect(concatRows(parts)).toEqual(rows);
    }),
    { seed },
  );
});

test('nothing, and one part alone', () => {
  expect(concatRows([])).toEqual(full([]));
  const one = full([[[1, 2]]]);
  expect(concatRows([one])).toBe(one);
});
