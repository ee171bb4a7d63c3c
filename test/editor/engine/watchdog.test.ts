import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Watchdog } from '../../../src/editor/engine/watchdog';

const LIMITS = { everyMs: 10, missedAnswers: 3 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(ping: () => Promise<unknown>) {
  const onSilence = vi.fn();
  const asked = vi.fn(ping);
  const watchdog = new Watchdog(asked, onSilence, LIMITS);
  let resolve = (_: string) => {};
  const request = new Promise<string>(done => (resolve = done));
  return { asked, onSilence, request: watchdog.during(request), resolve };
}

test('a process that answers is left alone, also where the answer is an error', async () => {
  for (const ping of [() => Promise.resolve(), () => Promise.reject(new Error('refused'))]) {
    const { asked, onSilence } = watched(ping);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveBeenCalledTimes(100);
    expect(onSilence).not.toHaveBeenCalled();
  }
});

test('a process that misses all answers in a row is reported once', async () => {
  const { asked, onSilence } = watched(() => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(30);
  expect(onSilence).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(onSilence).toHaveBeenCalledTimes(1);
  expect(asked).toHaveBeenCalledTimes(1);
});

test('nothing is asked without a request, and the result of one is passed on', async () => {
  const { asked, request, resolve } = watched(() => new Promise(() => {}));
  resolve('done');
  expect(await request).toBe('done');
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).not.toHaveBeenCalled();
});
