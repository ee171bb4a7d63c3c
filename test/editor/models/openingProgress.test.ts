// What is shown of a model that is being opened: how far its weights are, in words and as a bar, until it is open.
import { expect, test, vi } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { Openings, type Opening } from '../../../src/editor/engine/openings';
import type { EngineProcess } from '../../../src/editor/engine/engineProcess';
import { showOpening } from '../../../src/editor/models/openingProgress';
import type { cancellable } from '../../../src/editor/ui/progress';

const ALL = 400e6;

function begin(kind: Opening['kind']) {
  const process = {
    kill: vi.fn(),
    remote: { cancelOpening: async () => {} },
  } as unknown as EngineProcess;
  const openings = new Openings();
  const preparing = (done: number, ended = false) =>
    openings.heard(process, { path: '/models/large.gguf', done, all: ALL, ended });
  const shown: { title: string; message: string; increment: number }[] = [];
  const titles: string[] = [];
  const user = new AbortController();
  let isClosed = false;
  const show = (async (title, work) => {
    titles.push(title);
    const report = (value: object) => shown.push(value as (typeof shown)[0]);
    await work(user.signal, { report }, undefined as never);
    isClosed = true;
    return undefined;
  }) as typeof cancellable;
  let opening: Opening;
  let end = () => openings.end(process);
  if (kind === 'beside') {
    preparing(0);
    opening = openings.current[0]!;
  } else {
    let settle = () => {};
    const request = new Promise<void>(resolve => (settle = resolve));
    openings.during(process, '/models/large.gguf', kind, request).catch(() => {});
    opening = openings.current[0]!;
    end = settle;
  }
  const done = showOpening(opening, openings, show);
  return { process, opening, preparing, shown, titles, user, end, done, isClosed: () => isClosed };
}

test('one that was asked for is shown at once, with what it says of its weights', async () => {
  const { preparing, shown, titles, end, done, isClosed } = begin('asked');
  expect(titles).toEqual(['Opening large.gguf']);
  expect(shown).toEqual([]);
  preparing(0);
  preparing(ALL / 4);
  preparing(0.899 * ALL);
  preparing(ALL, true);
  expect(shown.map(({ increment }) => increment)).toEqual([0, 25, 64, 11]);
  expect(shown.map(({ message }) => message.replace(/, about .*/, ''))).toEqual([
    'preparing its weights, once: 0 % of 400 MB',
    'preparing its weights, once: 25 % of 400 MB',
    'preparing its weights, once: 89 % of 400 MB',
    'loading the weights and running the self-test',
  ]);
  expect(isClosed()).toBe(false);
  end();
  await done;
  expect(isClosed()).toBe(true);
});

test('the first model is shown only once its weights are written', async () => {
  const { preparing, titles, shown, end, done } = begin('main');
  await Promise.resolve();
  expect(titles).toEqual([]);
  preparing(ALL / 2);
  await vi.waitFor(() => expect(titles).toHaveLength(1));
  expect(shown).toMatchObject([{ increment: 50 }]);
  end();
  await done;
});

test('one that ends before anything is written is not shown', async () => {
  const { titles, end, done } = begin('main');
  end();
  await done;
  expect(titles).toEqual([]);
});

test('one beside another is shown, too, and Cancel gives it up', async () => {
  const { titles, user, opening, process, done, end } = begin('beside');
  const cancelOpening = vi.spyOn(process.remote, 'cancelOpening');
  await vi.waitFor(() => expect(titles).toHaveLength(1));
  const cancelled = opening.cancelled;
  user.abort();
  await expect(cancelled).rejects.toThrow(Cancelled);
  expect(cancelOpening).toHaveBeenCalledOnce();
  end();
  await done;
});
