// Shows how far the engine is with a request: after a second its share, an estimate and Cancel.
import type { WorkTask } from '../../protocol/work';
import { cancellableIfLong } from '../ui/progress';
import type { Engine } from './engineClient';

/** Undefined if it was cancelled. Throws as `work` does. */
export function showingWork<T>(
  engine: Pick<Engine, 'onEvent' | 'shownWork'>,
  task: WorkTask,
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  return cancellableIfLong(title, async (signal, report) => {
    const listener = engine.onEvent('working', event => {
      if (event.task === task) report(event.done, event.total);
    });
    engine.shownWork.add(task);
    try {
      return await work(signal);
    } finally {
      engine.shownWork.delete(task);
      listener.dispose();
    }
  });
}
