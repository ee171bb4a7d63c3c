// Work with its progress and a button that cancels it.
import { ProgressLocation, window, type Progress } from 'vscode';
import { Cancelled } from '../../core/errors';

export type ProgressReporter = Progress<{ message?: string; increment?: number }>;

/** Undefined where it was cancelled. */
export async function cancellable<T>(
  title: string,
  work: (signal: AbortSignal, progress: ProgressReporter) => Promise<T>,
): Promise<T | undefined> {
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  try {
    return await window.withProgress(options, (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return work(controller.signal, progress);
    });
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}

/** How much of all is done, told as a share of it: 'message' says it in words. */
export function shareReporter(
  progress: ProgressReporter,
): (done: number, total: number, words?: string) => void {
  let shown = 0;
  return (done, total, words) => {
    if (total === 0) return;
    const percent = Math.floor((100 * done) / total);
    progress.report({ message: words ?? `${percent} %`, increment: percent - shown });
    shown = percent;
  };
}
