// Work of unknown length: silent but for the status bar while it is short, then with its share and Cancel.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { cancellableIfLong } from '../../../src/editor/ui/progress';
import { fake, ProgressLocation, window } from '../../support/vscode';

/** What was shown where, and how to cancel the last of it. */
let shown: unknown[];
let cancel: () => void;
const { withProgress } = window;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  [shown, fake.progress.length] = [[], 0];
  window.withProgress = (options, work) => {
    shown.push((options as { location: unknown }).location);
    const token = { onCancellationRequested: (listener: () => void) => (cancel = listener) };
    return work({ report: (value: unknown) => fake.progress.push(value) }, token);
  };
});
afterEach(() => {
  vi.useRealTimers();
  window.withProgress = withProgress;
});

/** Work that ends when the test says so, or is cancelled. */
function work() {
  const controls = {} as { end: (value: string) => void; report: (n: number, all: number) => void };
  const run = (signal: AbortSignal, report: (n: number, all: number) => void) =>
    new Promise<string>((resolve, reject) => {
      Object.assign(controls, { end: resolve, report });
      signal.addEventListener('abort', () => reject(new Cancelled()));
    });
  return { controls, run };
}

test('is a line of the status bar while it is short', async () => {
  const { controls, run } = work();
  const found = cancellableIfLong('Scoring', run);
  await vi.advanceTimersByTimeAsync(900);
  controls.end('done');
  expect(await found).toBe('done');
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown).toEqual([ProgressLocation.Window]);
});

test('says how much is done once it is long, and ends with Cancel', async () => {
  const { controls, run } = work();
  const found = cancellableIfLong('Scoring', run);
  controls.report(1, 4);
  await vi.advanceTimersByTimeAsync(1100);
  expect(shown).toEqual([ProgressLocation.Window, ProgressLocation.Notification]);
  controls.report(2, 4);
  expect(fake.progress).toEqual([{ message: '50 %', increment: 50 }]);
  cancel();
  expect(await found).toBeUndefined();
});

test('throws what the work throws, short or long', async () => {
  const failing = async () => {
    throw new Error('broken');
  };
  await expect(cancellableIfLong('Scoring', failing)).rejects.toThrow('broken');
  // Something else ended it: the user did not.
  const ended = async () => {
    throw new Cancelled();
  };
  await expect(cancellableIfLong('Scoring', ended)).rejects.toThrow(Cancelled);
});
