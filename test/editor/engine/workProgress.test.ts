// A request that takes its time: its own share is shown, and Cancel aborts it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { showingWork } from '../../../src/editor/engine/workProgress';
import type { WorkingEvent, WorkTask } from '../../../src/protocol/work';
import { fake, window } from '../../support/vscode';

let cancel: () => void;
let listeners: Set<(event: WorkingEvent) => void>;
const { withProgress } = window;
const engine = {
  shownWork: new Set<WorkTask>(),
  onEvent(name: string, listener: never) {
    expect(name).toBe('working');
    listeners.add(listener);
    return { dispose: () => listeners.delete(listener) };
  },
};
const says = (event: WorkingEvent) => listeners.forEach(listener => listener(event));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  [listeners, fake.progress.length] = [new Set(), 0];
  window.withProgress = (_, work) => {
    const token = { onCancellationRequested: (listener: () => void) => (cancel = listener) };
    return work({ report: (value: unknown) => fake.progress.push(value) }, token);
  };
});
afterEach(() => {
  vi.useRealTimers();
  window.withProgress = withProgress;
});

/** Work that ends when the test says so, or is aborted. */
function begin() {
  let end = (_: string) => {};
  let signal: AbortSignal | undefined;
  const found = showingWork(engine, 'pair', 'Opening the pair', own => {
    signal = own;
    return new Promise<string>((resolve, reject) => {
      end = resolve;
      own.addEventListener('abort', () => reject(new Cancelled()));
    });
  });
  return { found, end: (value: string) => end(value), signal: () => signal! };
}

test('what the engine says of this kind of work is shown, and nothing after its end', async () => {
  const { found, end } = begin();
  await vi.advanceTimersByTimeAsync(1500);
  says({ task: 'pair', done: 1, total: 4 });
  says({ task: 'effect', done: 9, total: 10 });
  says({ task: 'pair', done: 2, total: 4 });
  expect(fake.progress).toEqual([
    { message: '25 %', increment: 25 },
    { message: '50 %', increment: 25 },
  ]);
  end('open');
  expect(await found).toBe('open');
  expect(listeners.size).toBe(0);
});

test('Cancel aborts it', async () => {
  const { found, signal } = begin();
  await vi.advanceTimersByTimeAsync(1500);
  expect(signal().aborted).toBe(false);
  cancel();
  expect(signal().aborted).toBe(true);
  expect(await found).toBeUndefined();
  expect(listeners.size).toBe(0);
});
