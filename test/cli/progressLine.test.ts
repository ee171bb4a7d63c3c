// Progress appears on a terminal only, as one line that is gone afterwards.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { formatScored, hideProgress, withProgress } from '../../src/cli/progressLine';
import { formatTimeLeft, TimeLeft } from '../../src/core/timeLeft';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

const clear = '\r\x1b[K';

function terminal(isTTY = true) {
  const stream = { isTTY, text: '', write: (part: string) => (stream.text += part) };
  return stream;
}

async function written(isTTY: boolean, times: readonly number[]): Promise<string> {
  const stream = terminal(isTTY);
  const work = withProgress(
    formatScored('tokens'),
    async report => {
      for (const [i, time] of times.entries()) {
        vi.advanceTimersByTime(time - performance.now());
        report(i, 9);
      }
      throw new Error('work that fails');
    },
    stream,
  );
  await expect(work).rejects.toThrow('work that fails');
  return stream.text;
}

test('a line after a second, ten a second at most, removed at the end', async () => {
  const began = performance.now();
  const at = (...times: number[]) => times.map(time => began + time);
  expect(await written(true, at(500, 900))).toBe('');
  expect(await written(false, at(1500, 2100, 3000))).toBe('');
  const now = performance.now();
  const said = await written(true, [now + 500, now + 999, now + 1020, now + 1050, now + 1150]);
  expect(said).toContain(`${clear}scored 2 of 9 tokens (22 %)${clear}scored 4 of 9 tokens (44 %)`);
  expect(said.endsWith(clear)).toBe(true);
});

test('work that says nothing has a line of its own, with the time that it takes', async () => {
  const stream = terminal();
  await withProgress(
    { doing: 'opening coder', of: () => '' },
    async () => vi.advanceTimersByTime(2500),
    stream,
  );
  expect(stream.text).toBe(`${clear}opening coder, 1 s${clear}opening coder, 2 s${clear}`);
});

test('what is left is told once a second of the work was seen', async () => {
  const stream = terminal();
  await withProgress(
    formatScored('tokens'),
    async report => {
      // The model was opened meanwhile: that is not of the rate.
      vi.advanceTimersByTime(60_000);
      report(0, 1000);
      vi.advanceTimersByTime(2000);
      report(100, 1000);
    },
    stream,
  );
  expect(stream.text).toContain('scored 100 of 1,000 tokens (10 %), about 18 s left');
});

test('the line gives way to what is printed on the same terminal', async () => {
  const stream = terminal();
  await withProgress(
    formatScored('tokens'),
    async report => {
      vi.advanceTimersByTime(1500);
      report(1, 9);
      stream.text = '';
      hideProgress();
      hideProgress();
      expect(stream.text).toBe(clear);
    },
    stream,
  );
  hideProgress();
  expect(stream.text).toBe(clear);
});

test('a name cannot steer the terminal', async () => {
  const stream = terminal();
  const name = 'a\u001b]0;x\u0007\u202eb';
  await withProgress(
    { doing: `opening ${name}`, of: () => `opening ${name}` },
    async report => {
      vi.advanceTimersByTime(1500);
      report(1, 9);
    },
    stream,
  );
  const shown = 'opening a⟨U+001B⟩]0;x⟨U+0007⟩⟨U+202E⟩b';
  expect(stream.text).toBe(`${clear}${shown}, 1 s${clear}${shown}${clear}`);
});

test('the rate is that since the first report; nothing is told of work that stands still or is done', () => {
  const left = new TimeLeft();
  expect(left.after(40, 100, 0)).toBeUndefined();
  expect(left.after(40, 100, 5000)).toBeUndefined();
  expect(left.after(50, 100, 500)).toBeUndefined();
  expect(left.after(60, 100, 4000)).toBe(8000);
  expect(left.after(100, 100, 9000)).toBeUndefined();
  // Of other work: its beginning counts anew.
  expect(left.after(1, 10, 10_000)).toBeUndefined();
  expect(left.after(3, 10, 12_000)).toBe(7000);
  expect(formatTimeLeft(240_000)).toBe(', about 4 min left');
  expect(formatTimeLeft(undefined)).toBe('');
});
