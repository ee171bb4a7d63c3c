// Work over the files of a subject: what the engine says of it is shown, until it has ended or failed.
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import type { Engine } from '../../../src/editor/engine/engineClient';
import { overFiles } from '../../../src/editor/tokenizerReport/overFiles';
import type { Subject } from '../../../src/editor/tokenizerReport/subject';
import type { ReportFile } from '../../../src/protocol/tokenizerReport';

type Listener = (event: { share: number; doing: string }) => void;

const FILES: readonly ReportFile[] = [{ path: 'a.txt', text: 'a' }];
const REMOTE = {};
const { signal } = new AbortController();

function begin(files: () => Promise<readonly ReportFile[]>, work: Parameters<typeof overFiles>[3]) {
  const listeners = new Set<Listener>();
  const shown: unknown[] = [];
  const engine = {
    onEvent: (name: string, listener: Listener) => {
      expect(name).toBe('reporting');
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    call: (request: (running: object) => unknown) => request({ remote: REMOTE }),
  } as unknown as Engine;
  const ui = {
    cancellable: async (title: string, run: (...given: unknown[]) => unknown) => {
      shown.push(title);
      return run(signal, 'progress');
    },
    shareReporter: () => (share: number, all: number, doing: string) =>
      shown.push([share / all, doing]),
  } as never;
  const subject: Subject = { name: 'a', files, placeOf: () => undefined };
  const done = overFiles('Measuring', subject, { engine, ui }, work);
  const say: Listener = event => listeners.forEach(listener => listener(event));
  return { done, shown, say, listeners };
}

test('the engine gets the files, and what it says is shown', async () => {
  let given: unknown[] = [];
  let end: (answer: string) => void = () => {};
  const { done, shown, say, listeners } = begin(
    async () => FILES,
    (...all) => {
      given = all;
      return new Promise(resolve => (end = resolve));
    },
  );
  await expect.poll(() => given).toEqual([REMOTE, FILES, signal]);
  say({ share: 0.5, doing: 'reading' });
  end('report');
  expect(await done).toBe('report');
  expect(shown).toEqual(['Measuring', [0.5, 'reading']]);
  expect(listeners.size).toBe(0);
});

test('where there is nothing to read it ends with the reason', async () => {
  const error = new UserError('No file has text.');
  const { done, listeners } = begin(
    () => Promise.reject(error),
    async () => 'report',
  );
  await expect(done).rejects.toBe(error);
  expect(listeners.size).toBe(0);
});
