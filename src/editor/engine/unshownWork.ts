// Work that no command shows: a lens or a setting opens a pair or an autoencoder. After a second the status bar has its
// share and an estimate.
import type { Disposable } from 'vscode';
import type { WorkTask } from '../../protocol/work';
import { inStatusBar, shareReporter, type ShareReport } from '../ui/progress';
import type { Engine } from './engineClient';

const TITLES: Partial<Record<WorkTask, string>> = {
  pair: 'Opening the pair',
  autoencoder: 'Opening the autoencoder',
};
/** Shorter work is not worth a line. */
const LONG_MS = 1000;
/** Work that failed says nothing more. */
const SILENT_MS = 10_000;

export function showUnshownWork(
  engine: Pick<Engine, 'onEvent' | 'onDidChangeState' | 'shownWork'>,
): Disposable {
  const lines = new Map<WorkTask, WorkLine>();
  const end = (task: WorkTask) => {
    lines.get(task)?.end();
    lines.delete(task);
  };
  const endAll = () => [...lines.keys()].forEach(end);
  const listeners = [
    engine.onEvent('working', ({ task, done, total }) => {
      const title = TITLES[task];
      if (title === undefined || done >= total || engine.shownWork.has(task)) return end(task);
      const line = lines.get(task) ?? new WorkLine(title, () => end(task));
      lines.set(task, line);
      line.report(done, total);
    }),
    // Another model, or the engine is gone: what worked does not any more.
    engine.onDidChangeState(endAll),
  ];
  return {
    dispose() {
      for (const listener of listeners) listener.dispose();
      endAll();
    },
  };
}

class WorkLine {
  private readonly begun = performance.now();
  private write: ShareReport | undefined;
  private silence: NodeJS.Timeout | undefined;
  private resolve = () => {};
  private readonly ended = new Promise<void>(resolve => (this.resolve = resolve));

  constructor(
    private readonly title: string,
    private readonly onSilent: () => void,
  ) {}

  report(done: number, total: number): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(this.onSilent, SILENT_MS);
    if (!this.write && performance.now() - this.begun >= LONG_MS)
      void inStatusBar(this.title, progress => {
        this.write = shareReporter(progress);
        return this.ended;
      });
    this.write?.(done, total);
  }

  end(): void {
    clearTimeout(this.silence);
    this.resolve();
  }
}
