// What is heard of models that are being opened, and what giving them up does.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import type { Model, OpenModel } from '../../../src/engine/models/model';
import { Openings } from '../../../src/engine/models/openings';
import type { PreparingEvent } from '../../../src/protocol/models';

type Opening = Parameters<OpenModel>[3];

interface Asked {
  readonly args: unknown[];
  readonly opening: NonNullable<Opening>;
  readonly opens: (model: Model) => void;
  readonly fails: (error: Error) => void;
}

let asked: Asked[];
let events: PreparingEvent[];
let openings: Openings;
beforeEach(() => {
  vi.useFakeTimers();
  [asked, events] = [[], []];
  const openModel: OpenModel = (path, contextLimit, dtype, opening) =>
    new Promise((opens, fails) =>
      asked.push({ args: [path, contextLimit, dtype], opening: opening!, opens, fails }),
    );
  openings = new Openings(openModel, event => events.push(event));
});
afterEach(() => void vi.useRealTimers());

const model = { folder: 'a' } as unknown as Model;

test('a model is opened as it was asked for; without weights to write nothing is reported', async () => {
  const opened = openings.open('/a', 512, 'q4');
  expect(asked[0]!.args).toEqual(['/a', 512, 'q4']);
  asked[0]!.opens(model);
  expect(await opened).toBe(model);
  expect(events).toEqual([]);
});

test('progress is reported ten times a second at most, and its end with the last of it', async () => {
  const opened = openings.open('/a', 512);
  const { opening, opens } = asked[0]!;
  const ALL = 1000;
  for (let done = 0; done < ALL; done++) {
    opening.onPrepared!(done, ALL);
    vi.advanceTimersByTime(1);
  }
  expect(events.map(({ done }) => done)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  for (const event of events) expect(event).toMatchObject({ path: '/a', all: ALL, ended: false });
  opens(model);
  await opened;
  expect(events.at(-1)).toEqual({ path: '/a', done: ALL - 1, all: ALL, ended: true });
});

test('the end is reported where it fails, too, with its own reason', async () => {
  const opened = openings.open('/a', 512);
  asked[0]!.opening.onPrepared!(1, 2);
  const error = new Error('no room');
  asked[0]!.fails(error);
  await expect(opened).rejects.toBe(error);
  expect(events.at(-1)).toEqual({ path: '/a', done: 1, all: 2, ended: true });
});

test('all that are running are given up, by name, and none that comes later', async () => {
  const ended = openings.open('/ended', 512);
  asked[0]!.opens(model);
  await ended;
  const running = ['/a', '/b'].map(path => openings.open(path, 512));
  openings.cancel();
  expect(asked.map(({ opening }) => opening.signal!.aborted)).toEqual([false, true, true]);
  for (const { fails } of asked.slice(1)) fails(new Error('aborted'));
  for (const [i, path] of ['/a', '/b'].entries()) {
    await expect(running[i]).rejects.toThrow(UserError);
    await expect(running[i]).rejects.toThrow(`${path} is not open: opening it was cancelled.`);
  }
  const later = openings.open('/c', 512);
  asked.at(-1)!.opens(model);
  expect(await later).toBe(model);
});

test('who asked hears how far it is, too, and gives up that one alone', async () => {
  const controller = new AbortController();
  const heard: number[] = [];
  const onPrepared = (done: number, all: number) => void heard.push(done / all);
  const own = openings.open('/a', 512, undefined, { signal: controller.signal, onPrepared });
  const other = openings.open('/b', 512);
  for (const done of [1, 2, 3]) asked[0]!.opening.onPrepared!(done, 4);
  expect(heard).toEqual([0.25, 0.5, 0.75]);
  controller.abort();
  expect(asked.map(({ opening }) => opening.signal!.aborted)).toEqual([true, false]);
  asked[0]!.fails(new Cancelled());
  // Nobody is told of what they have given up.
  await expect(own).rejects.toThrow(Cancelled);
  asked[1]!.opens(model);
  expect(await other).toBe(model);
});
