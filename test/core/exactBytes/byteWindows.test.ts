// Windows of bytes over random tokens, of which some places are no beginnings: there the rest alone has other tokens.
import { expect, test } from 'vitest';
import {
  byteWindows,
  windowStartAt,
  type TextTokens,
  type Windowing,
} from '../../../src/core/exactBytes/byteWindows';
import { windowsOf } from '../../../src/core/text/contextWindows';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const OTHER = 1000;

/** Tokens of one to three bytes. A text that begins at one of `inner` has another first token. */
function randomCase(seed: number) {
  const random = randomOf(seed);
  const context = 4 + Math.floor(random() * 40);
  const lengths = Array.from(
    { length: 1 + Math.floor(random() * 200) },
    () => 1 + Math.floor(random() * 3),
  );
  let at = 0;
  const byteStarts = Uint32Array.from(lengths, length => (at += length) - length);
  const byteEnds = byteStarts.map((start, i) => start + lengths[i]!);
  const ids = Uint32Array.from(lengths, () => Math.floor(random() * 50));
  const inner = new Set([...byteStarts].filter(start => start > 0 && random() < 0.5));
  const tokens: TextTokens = { ids, byteStarts, byteEnds };
  const windowing: Windowing = {
    context,
    hasStart: random() < 0.5,
    endsLine: token => ids[token]! < 5,
    encode: (from, to) => {
      const [first, last] = [byteStarts.indexOf(from), byteEnds.indexOf(to)];
      const alone = [...ids.subarray(first, last + 1)];
      if (inner.has(from)) alone[0] = OTHER;
      return alone;
    },
  };
  return { tokens, windowing, inner };
}

test('each window begins at the first place of its token window at which a text can, and no byte is in two', () => {
  let moved = 0;
  let refused = 0;
  for (let seed = seedOr(1), end = seed + 200; seed < end; seed++) {
    const { tokens, windowing, inner } = randomCase(seed);
    const { ids, byteStarts, byteEnds } = tokens;
    const plain = windowsOf(ids.length, windowing.context, windowing.endsLine);
    const firsts = plain.map(({ start, ownStart }) =>
      Array.from({ length: ownStart - start + 1 }, (_, i) => start + i).find(
        token => !inner.has(byteStarts[token]!),
      ),
    );
    if (firsts.includes(undefined)) {
      refused++;
      expect(() => byteWindows(tokens, windowing)).toThrow(
        `After byte ${byteStarts[plain[firsts.indexOf(undefined)]!.start]} the text has no place`,
      );
      continue;
    }
    const windows = byteWindows(tokens, windowing);
    expect(windows.length).toBe(plain.length);
    windows.forEach((window, i) => {
      const { ownStart, end } = plain[i]!;
      const first = firsts[i]!;
      if (first > plain[i]!.start) moved++;
      expect(window).toEqual({
        start: byteStarts[first],
        ownStart: byteStarts[ownStart],
        end: byteEnds[end - 1],
        ids: ids.slice(first, end),
        before: ownStart - first,
        ...(!windowing.hasStart && { given: { token: ids[first], end: byteEnds[first] } }),
      });
      for (let at = window.ownStart; at < window.end; at++)
        expect(windowStartAt(tokens, at, windowing)).toBe(window.start);
    });
    // The end of the text is in the last one.
    const last = windows.at(-1)!;
    expect(windowStartAt(tokens, last.end, windowing)).toBe(last.start);
  }
  expect(moved).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(5);
});

test('what may change with the text after a slice is not compared, except at the end of the text', () => {
  const count = 300;
  const ids = Uint32Array.from({ length: count }, (_, i) => i);
  const byteEnds = ids.map(i => i + 1);
  const windowing = (context: number, other: (from: number, to: number) => number): Windowing => ({
    context,
    hasStart: true,
    endsLine: () => false,
    encode: (from, to) => {
      const alone = ids.slice(from, to);
      alone[other(from, to) - from] = OTHER;
      return alone;
    },
  });
  const starts = (context: number, other: (from: number, to: number) => number) =>
    byteWindows({ ids, byteStarts: ids, byteEnds }, windowing(context, other)).map(
      ({ start }) => start,
    );
  const plain = windowsOf(count, 200, () => false).map(({ start }) => start);
  expect(starts(200, (_, to) => (to < count ? to - 32 : -1))).toEqual(plain);
  expect(() => starts(200, (_, to) => to - 33)).toThrow('no place');
  // Of a long rest, 64 tokens tell.
  expect(() => starts(200, from => from + 63)).toThrow('no place');
  expect(starts(200, (from, to) => (to < count ? from + 64 : -1))).toEqual(plain);
  expect(() => starts(200, (_, to) => (to === count ? to - 1 : -1))).not.toThrow();
});

test('a slice that is no text is no beginning; an empty text has one window', () => {
  const { tokens, windowing } = randomCase(seedOr(3));
  const none = { ...windowing, context: 4, encode: () => undefined };
  expect(() => byteWindows(tokens, none)).toThrow('no place');
  const nothing = new Uint32Array();
  const empty = { ids: nothing, byteStarts: nothing, byteEnds: nothing };
  expect(byteWindows(empty, windowing)).toEqual([
    { start: 0, ownStart: 0, end: 0, ids: nothing, before: 0 },
  ]);
  expect(windowStartAt(empty, 0, windowing)).toBe(0);
});
