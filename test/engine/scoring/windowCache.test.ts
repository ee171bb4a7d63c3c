// What is remembered of windows, against looking at all that was added and is not forgotten yet.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { WindowCache } from '../../../src/engine/scoring/windowCache';
import { commonPrefix } from '../../../src/core/text/stream/tokenStream';
import { seedOr } from '../../support/seed';

const window = (ids: number[], rows: number, firstRow = 0) => ({
  ids: Uint32Array.from(ids),
  firstRow,
  rows: Array.from({ length: rows }, (_, row) => row),
});

test('the window that was not used for longest is forgotten', () => {
  const cache = new WindowCache<number[]>(rows => rows.length, 2);
  const [a, b, c] = [1, 2, 3].map(id => window([id, id], 2));
  const isKnown = ({ ids } = a!) => cache.find(ids, 0) !== undefined;
  cache.add(a!);
  cache.add(b!);
  expect(isKnown(a)).toBe(true);
  cache.add(c!);
  expect([isKnown(b), isKnown(a), isKnown(c)]).toEqual([false, true, true]);
  // One that is added again, with more of its rows, is one window still.
  expect(isKnown(a)).toBe(true);
  cache.add({ ...a!, rows: [7, 8] });
  expect([isKnown(c), isKnown(a)]).toEqual([true, true]);
  expect(cache.find(a!.ids, 0)!.window.rows).toEqual([7, 8]);
  cache.reserve(3);
  cache.add(b!);
  expect([isKnown(a), isKnown(b), isKnown(c)]).toEqual([true, true, true]);
});

test('a window is found beside longer ones that begin with it', () => {
  const cache = new WindowCache<number[]>(rows => rows.length, 3);
  const [short, long] = [window([1, 2], 2), window([1, 2, 3], 3)];
  cache.add(short);
  cache.add(long);
  const asked = (ids: number[]) => cache.findSame(Uint32Array.from(ids));
  for (let again = 0; again < 3; again++) {
    expect(asked([1, 2])).toBe(short);
    expect(asked([1, 2, 3])).toBe(long);
  }
  expect([asked([1]), asked([1, 3]), asked([])]).toEqual([undefined, undefined, undefined]);
  // Being found counts as use.
  asked([1, 2]);
  cache.add(window([4], 1));
  cache.add(window([5], 1));
  expect([asked([1, 2]), asked([1, 2, 3])]).toEqual([short, undefined]);
});

test('the window is found that knows most rows of the same tokens', () => {
  const ids = fc.array(fc.nat(1), { minLength: 1, maxLength: 5 });
  const added = fc.tuple(ids, fc.nat(5), fc.nat(3)).map(([ids, rows, firstRow]) => {
    const first = Math.min(firstRow, ids.length - 1);
    return window(ids, Math.min(rows, ids.length - first), first);
  });
  const use = fc.oneof(added, fc.record({ asked: ids, from: fc.nat(3) }));
  fc.assert(
    fc.property(fc.array(use, { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), (uses, most) => {
      const cache = new WindowCache<number[]>(rows => rows.length, most);
      let held: ReturnType<typeof window>[] = [];
      for (const use of uses) {
        if (!('asked' in use)) {
          cache.add(use);
          held = [...held, use].slice(-most);
          continue;
        }
        const asked = Uint32Array.from(use.asked);
        const knows = ({ ids, firstRow, rows }: (typeof held)[number]) =>
          firstRow > use.from ? 0 : Math.min(commonPrefix(ids, asked), firstRow + rows.length);
        const longest = Math.max(use.from, ...held.map(knows));
        const found = cache.find(asked, use.from);
        expect(found?.until).toBe(longest > use.from ? longest : undefined);
        if (!found) continue;
        expect(knows(found.window as (typeof held)[number])).toBe(longest);
        held = [...held.filter(each => each !== found.window), found.window as (typeof held)[0]];
      }
    }),
    { seed: seedOr(1) },
  );
});
