// Progress appears on a terminal only, as one line that is gone afterwards.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { formatScored, withProgress } from '../../src/cli/progressLine';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

async function written(isTTY: boolean, times: readonly number[]): Promise<string> {
  let text = '';
  const stream = { isTTY, write: (part: string) => (text += part) };
  const work = withProgress(
    formatScored('tokens'),
    async report => {
      for (const [i, time] of times.entries()) {
        now = time;
        report(i, 9);
      }
      throw new Error('work that fails');
    },
    stream,
  );
  await expect(work).rejects.toThrow('work that fails');
  return text;
}

test('a line after a second, ten a second at most, removed at the end', async () => {
  const clear = '\r\x1b[K';
  expect(await written(true, [500, 1100, 1150, 1250])).toBe(
    `${clear}scored 1 of 9 tokens${clear}scored 3 of 9 tokens${clear}`,
  );
  expect(await written(true, [500, 900])).toBe('');
  expect(await written(false, [500, 1100, 2000])).toBe('');
});
