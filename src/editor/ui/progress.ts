// Work with its progress: as a notification that can cancel it, or as a line of the status bar.
import { ProgressLocation, window, type CancellationToken, type Progress } from 'vscode';
import { formatProgress } from '../../core/format';
import { Cancelled } from '../../core/errors';
import { formatTimeLeft, TimeLeft } from '../../core/timeLeft';
import { note } from './messages';
import { plainText } from './plainText';

export type ProgressReporter = Progress<{ message?: string; increment?: number }>;

/** Undefined if it was cancelled. */
export async function cancellable<T>(
  title: string,
  work: (signal: AbortSignal, progress: ProgressReporter, token: CancellationToken) => Promise<T>,
): Promise<T | undefined> {
  const options = {
    location: ProgressLocation.Notification,
    title: plainText(title),
    cancellable: true,
  };
  note('progress', options.title);
  try {
    return await window.withProgress(options, (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort(new Cancelled()));
      return work(controller.signal, plainReporter(progress), token);
    });
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}

/** Shows a line in the status bar while it works. */
export function inStatusBar<T>(title: string, work: () => Promise<T>): Thenable<T> {
  note('progress', title);
  return window.withProgress({ location: ProgressLocation.Window, title: plainText(title) }, work);
}

/** Reports how much of all is done, as a percentage unless `words` say it, and how long the rest takes. */
export function shareReporter(
  progress: ProgressReporter,
): (done: number, total: number, words?: string) => void {
  let shown = 0;
  const left = new TimeLeft();
  return (done, total, words) => {
    if (total === 0) return;
    const percent = Math.floor((100 * done) / total);
    const time = formatTimeLeft(left.after(done, total, performance.now()));
    const message = `${words ?? formatProgress(done, total)}${time}`;
    progress.report({ message, increment: percent - shown });
    shown = percent;
  };
}

function plainReporter(progress: ProgressReporter): ProgressReporter {
  return {
    report: ({ message, ...rest }) =>
      progress.report({ ...rest, ...(message !== undefined && { message: plainText(message) }) }),
  };
}
