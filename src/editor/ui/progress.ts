// Work with a notification that shows its progress and can cancel it.
import { ProgressLocation, window, type CancellationToken, type Progress } from 'vscode';
import { formatProgress } from '../../core/format';
import { Cancelled } from '../../core/errors';

export type ProgressReporter = Progress<{ message?: string; increment?: number }>;

/** Undefined if it was cancelled. */
export async function cancellable<T>(
  title: string,
  work: (signal: AbortSignal, progress: ProgressReporter, token: CancellationToken) => Promise<T>,
): Promise<T | undefined> {
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  try {
    return await window.withProgress(options, (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort(new Cancelled()));
      return work(controller.signal, progress, token);
    });
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}

/** Reports how much of all is done, as a percentage unless `words` say it. */
export function shareReporter(
  progress: ProgressReporter,
): (done: number, total: number, words?: string) => void {
  let shown = 0;
  return (done, total, words) => {
    if (total === 0) return;
    const percent = Math.floor((100 * done) / total);
    progress.report({ message: words ?? formatProgress(done, total), increment: percent - shown });
    shown = percent;
  };
}
