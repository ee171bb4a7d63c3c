import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowsOf } from '../../../src/core/text/contextWindows';
import { seedOr } from '../../support/seed';

const lines = fc.record({
  tokens: fc.nat(3000),
  context: fc.integer({ min: 2, max: 200 }),
  lineEnds: fc.uniqueArray(fc.nat(3000), { maxLength: 200 }),
});

describe('windowsOf', () => {
  it('gives every token to the first window that reaches it, in order and without gaps', () => {
    fc.assert(
      fc.property(lines, ({ tokens, context, lineEnds }) => {
        const ends = new Set(lineEnds);
        const windows = windowsOf(tokens, context, token => ends.has(token));
        let owned = 0;
        for (const window of windows) {
          expect(window.ownStart).toBe(owned);
          expect(window.start).toBeLessThanOrEqual(window.ownStart);
          expect(window.end).toBeGreaterThan(window.ownStart);
          expect(window.end - window.start).toBeLessThanOrEqual(context);
          owned = window.end;
        }
        expect(owned).toBe(tokens);
      }),
      { seed: seedOr(1) },
    );
  });

  it('begins the next window at the first line start after half a context', () => {
    fc.assert(
      fc.property(lines, ({ tokens, context, lineEnds }) => {
        const ends = new Set(lineEnds);
        const windows = windowsOf(tokens, context, token => ends.has(token));
        windows.slice(1).forEach((window, i) => {
          const before = windows[i]!;
          const half = before.start + Math.ceil(context / 2);
          const starts = [...ends].map(end => end + 1).filter(at => at >= half && at < before.end);
          expect(window.start).toBe(starts.length > 0 ? Math.min(...starts) : half);
        });
      }),
      { seed: seedOr(1) },
    );
  });

  it('needs one window for a text that fits, and none for an empty one', () => {
    expect(windowsOf(0, 8, () => true)).toEqual([]);
    expect(windowsOf(8, 8, () => true)).toEqual([{ start: 0, end: 8, ownStart: 0 }]);
  });

  it('depends only on tokens and line ends: appended text does not change full windows', () => {
    const ends = (token: number) => token % 7 === 6;
    const short = windowsOf(1000, 64, ends);
    const long = windowsOf(1500, 64, ends);
    expect(long.slice(0, short.length - 1)).toEqual(short.slice(0, -1));
  });
});
