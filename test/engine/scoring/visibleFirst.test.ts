// The order in which passes work, against the definition: what is visible, then the rest, each once.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowSpan } from '../../../src/engine/scoring/pass';
import { visibleFirst } from '../../../src/engine/scoring/visibleFirst';
import { seedOr } from '../../support/seed';

const spans = (lengths: readonly number[]): RowSpan[] => {
  let first = 0;
  return lengths.map(length => ({ first, end: (first += length) }));
};
const touches = (one: RowSpan, other: RowSpan) => one.first < other.end && one.end > other.first;
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 });
const ranges = fc.array(
  fc.tuple(fc.nat(60), fc.nat(12)).map(([first, length]) => ({ first, end: first + length })),
  { maxLength: 3 },
);

async function order(
  units: RowSpan[],
  visible: RowSpan[],
  parts?: 'visible' | 'upToVisible',
  enough = Infinity,
) {
  const done: RowSpan[] = [];
  let known = 0;
  await visibleFirst({
    units: () => units,
    spanOf: unit => unit,
    visible,
    isEnough: () => known >= enough,
    parts,
    async run(_, part) {
      done.push(part);
      known += part.end - part.first;
    },
  });
  return done;
}

test('whole units: the visible ones in order, then the others in order', async () => {
  await fc.assert(
    fc.asyncProperty(lengths, ranges, async (lengths, visible) => {
      const units = spans(lengths);
      const isSeen = (unit: RowSpan) => visible.some(range => touches(unit, range));
      const expected = [...units.filter(isSeen), ...units.filter(unit => !isSeen(unit))];
      expect(await order(units, visible)).toEqual(expected);
    }),
    { seed: seedOr(1) },
  );
});

test('in parts: first nothing but what is visible, then every unit whole, those that are visible first', async () => {
  await fc.assert(
    fc.asyncProperty(lengths, ranges, async (lengths, visible) => {
      const units = spans(lengths);
      const isSeen = (unit: RowSpan) => visible.some(range => touches(unit, range));
      const done = await order(units, visible, 'visible');
      const parts = done.slice(0, done.length - units.length);
      expect(done.slice(parts.length)).toEqual([
        ...units.filter(isSeen),
        ...units.filter(unit => !isSeen(unit)),
      ]);
      for (const part of parts)
        expect(visible.some(({ first, end }) => part.first >= first && part.end <= end)).toBe(true);
      const total = units.at(-1)?.end ?? 0;
      for (let token = 0; token < total; token++) {
        const holds = ({ first, end }: RowSpan) => first <= token && token < end;
        expect(parts.some(holds)).toBe(visible.some(holds));
      }
    }),
    { seed: seedOr(1) },
  );
});

test('in parts from the start: they end where what is visible ends', async () => {
  const units = spans([5, 5, 5, 5]);
  const visible = [
    { first: 6, end: 7 },
    { first: 8, end: 11 },
  ];
  const parts = [
    { first: 5, end: 7 },
    { first: 5, end: 10 },
    { first: 10, end: 11 },
  ];
  expect(await order(units, visible, 'upToVisible')).toEqual([
    ...parts,
    units[1],
    units[2],
    units[0],
    units[3],
  ]);
  expect(await order(units, visible, 'upToVisible', 0)).toEqual(parts);
});

test.each(['visible', 'upToVisible', undefined] as const)(
  'that what is visible is done is said once, before the rest (%s)',
  async parts => {
    const said: (number | string)[] = [];
    const work = {
      units: () => spans([5, 5, 5]),
      spanOf: (unit: RowSpan) => unit,
      isEnough: () => false,
      parts,
      run: async (_: RowSpan, { first, end }: RowSpan) => void said.push(end - first),
      onVisible: () => void said.push('visible'),
    };
    await visibleFirst({ ...work, visible: [{ first: 5, end: 8 }] });
    const rest = parts ? [5, 5, 5] : [5, 5];
    expect(said).toEqual([parts ? 3 : 5, 'visible', ...rest]);
    said.length = 0;
    await visibleFirst({ ...work, visible: [] });
    expect(said).toEqual([5, 5, 5]);
  },
);

test('what is visible is done however little is asked for, and no more than is enough besides', async () => {
  const units = spans([5, 5, 5, 5]);
  expect(await order(units, [{ first: 12, end: 13 }], undefined, 0)).toEqual([units[2]]);
  expect(await order(units, [], undefined, 6)).toEqual([units[0], units[1]]);
});
