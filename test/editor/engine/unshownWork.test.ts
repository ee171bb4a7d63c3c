// What a lens or a setting opens by itself has a line in the status bar, unless a command shows it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressLocation } from 'vscode';
import { showUnshownWork } from '../../../src/editor/engine/unshownWork';
import type { WorkingEvent, WorkTask } from '../../../src/protocol/work';
import { window } from '../../support/vscode';

let says: (event: WorkingEvent) => void;
let changeState: () => void;
let shown: { title: string; messages: string[]; isOver: boolean }[];
let shownWork: Set<WorkTask>;
let line: { dispose(): void };
const { withProgress } = window;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  [shown, shownWork] = [[], new Set()];
  window.withProgress = (options: unknown, work) => {
    const { location, title } = options as { location: unknown; title: string };
    expect(location).toBe(ProgressLocation.Window);
    const own = { title, messages: [] as string[], isOver: false };
    shown.push(own);
    const report = ({ message }: { message: string }) => own.messages.push(message);
    return Promise.resolve(work({ report }, undefined)).then(() => (own.isOver = true));
  };
  const disposable = { dispose() {} };
  line = showUnshownWork({
    shownWork,
    onEvent: ((_: string, listener: typeof says) => ((says = listener), disposable)) as never,
    onDidChangeState: listener => ((changeState = listener as () => void), disposable),
  });
});
afterEach(() => {
  line.dispose();
  vi.useRealTimers();
  window.withProgress = withProgress;
});

const at = (done: number, task: WorkTask = 'pair') => says({ task, done, total: 100 });
const soon = () => vi.advanceTimersByTimeAsync(0);

test('after a second the share is shown, until all is done', async () => {
  at(0);
  vi.advanceTimersByTime(900);
  at(30);
  expect(shown).toEqual([]);
  vi.advanceTimersByTime(100);
  at(50);
  expect(shown).toMatchObject([{ title: 'Opening the pair', isOver: false }]);
  expect(shown[0]!.messages[0]).toMatch(/^50 %/);
  at(100);
  await soon();
  expect(shown[0]!.isOver).toBe(true);
  // The next one begins anew.
  at(0, 'pair');
  expect(shown).toHaveLength(1);
});

test('what a command shows has no second line, and other work none at all', () => {
  shownWork.add('autoencoder');
  for (const task of ['autoencoder', 'effect', 'routing'] as const) {
    at(0, task);
    vi.advanceTimersByTime(2000);
    at(50, task);
  }
  expect(shown).toEqual([]);
});

test('the line ends with the engine, and where nothing more is heard', async () => {
  for (const end of [() => changeState(), () => vi.advanceTimersByTime(10_000)]) {
    at(0, 'autoencoder');
    vi.advanceTimersByTime(1500);
    at(20, 'autoencoder');
    expect(shown.at(-1)).toMatchObject({ title: 'Opening the autoencoder', isOver: false });
    end();
    await soon();
    expect(shown.at(-1)!.isOver).toBe(true);
  }
});
