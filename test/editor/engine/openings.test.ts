// Models that are being opened: what is heard of them, who is told, and when their processes end.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import type { EngineProcess } from '../../../src/editor/engine/engineProcess';
import { Openings, type Opening } from '../../../src/editor/engine/openings';
import type { PreparingEvent } from '../../../src/protocol/models';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const fakeProcess = () => {
  const cancelOpening = vi.fn(() => Promise.resolve());
  const kill = vi.fn();
  return { kill, cancelOpening, remote: { cancelOpening } } as unknown as EngineProcess & {
    kill: typeof kill;
    cancelOpening: typeof cancelOpening;
  };
};
const event = (ended: boolean): PreparingEvent => ({ path: 'beside', done: 1, all: 2, ended });

function setUp() {
  const long: Opening[] = [];
  const openings = new Openings(opening => long.push(opening));
  const told: string[] = [];
  const listening = openings.onDidChange(({ path, kind, isEnded }) =>
    told.push(`${kind} ${path}${isEnded ? ' ended' : ''}`),
  );
  const model = fakeProcess();
  let resolve: (value: number) => void = () => {};
  const request = new Promise<number>(done => (resolve = done));
  const begin = () => openings.during(model, 'model', 'asked', request);
  return { openings, long, told, listening, model, begin, resolve };
}

test('listeners are told of a beginning, of each step and of the end, until they are disposed', async () => {
  const { openings, told, listening, model, begin, resolve } = setUp();
  const opened = begin();
  expect(openings.current.map(({ path }) => path)).toEqual(['model']);
  openings.heard(model, event(false));
  expect(told).toEqual(['asked model', 'asked model']);
  resolve(7);
  expect(await opened).toBe(7);
  expect(told).toEqual(['asked model', 'asked model', 'asked model ended']);
  expect(openings.current).toEqual([]);
  listening.dispose();
  openings.heard(model, event(false));
  expect(told).toHaveLength(3);
});

test('a model beside another begins when it is heard of, and ends with its weights', () => {
  const { openings, told, model } = setUp();
  openings.heard(model, event(false));
  openings.heard(model, event(true));
  // Once for its beginning and once for its first step.
  expect(told).toEqual(['beside beside', 'beside beside', 'beside beside ended']);
  expect(openings.current).toEqual([]);
});

test('one that takes long is said once, and one that has ended by then is not', async () => {
  const { long, begin, resolve } = setUp();
  const opened = begin();
  vi.advanceTimersByTime(999);
  expect(long).toEqual([]);
  vi.advanceTimersByTime(5000);
  expect(long.map(({ path }) => path)).toEqual(['model']);
  resolve(1);
  await opened;
  const quick = setUp();
  const soon = quick.begin();
  quick.resolve(1);
  await soon;
  await vi.advanceTimersByTimeAsync(5000);
  expect(quick.long).toEqual([]);
});

test('a cancel ends the process, and nothing that it still says is heard', async () => {
  const { openings, told, model, begin } = setUp();
  const opened = begin();
  openings.current[0]!.cancel();
  await expect(opened).rejects.toThrow(Cancelled);
  expect(model.cancelOpening).toHaveBeenCalledOnce();
  expect(model.kill).toHaveBeenCalledOnce();
  openings.heard(model, event(false));
  expect(openings.current).toEqual([]);
  expect(told).toEqual(['asked model', 'asked model ended']);
});

test('a process that writes has time to tidy up, and no more', async () => {
  for (const ends of [true, false]) {
    const { openings, model, begin, resolve } = setUp();
    const opened = begin();
    openings.heard(model, event(false));
    openings.retire(model);
    await expect(opened).rejects.toThrow(Cancelled);
    expect(model.kill).not.toHaveBeenCalled();
    if (ends) resolve(1);
    await vi.advanceTimersByTimeAsync(ends ? 0 : 5000);
    expect(model.kill).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(model.kill).toHaveBeenCalledOnce();
  }
});

test('a process that writes nothing is ended at once', () => {
  const { openings, model } = setUp();
  openings.retire(model);
  expect(model.kill).toHaveBeenCalledOnce();
  expect(model.cancelOpening).not.toHaveBeenCalled();
});
