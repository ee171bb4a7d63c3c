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
export function inStatusBar<T>(
  title: string,
  work: (progress: ProgressReporter) => Promise<T>,
): Thenable<T> {
  note('progress', title);
  const options = { location: ProgressLocation.Window, title: plainText(title) };
  return window.withProgress(options, progress => work(plainReporter(progress)));
}

/** Work that takes less is shown in the status bar alone. */
const LONG_MS = 1000;

/**
 * Shows a line in the status bar, and after a second a notification with the share that is done, an estimate and Cancel.
 * Undefined if it was cancelled: the work then throws `Cancelled`.
 */
export async function cancellableIfLong<T>(
  title: string,
  work: (signal: AbortSignal, report: ShareReport) => Promise<T>,
): Promise<T | undefined> {
  const controller = new AbortController();
  let report: ShareReport = () => {};
  const working = work(controller.signal, (...share) => report(...share));
  const ended = working.then(
    () => true,
    () => true,
  );
  const late = new Promise<false>(resolve => setTimeout(() => resolve(false), LONG_MS));
  const isShort = await inStatusBar(title, () => Promise.race([ended, late]));
  if (!isShort)
    void cancellable(title, async (signal, progress) => {
      signal.addEventListener('abort', () => controller.abort(signal.reason));
      report = shareReporter(progress);
      await ended;
    });
  try {
    return await working;
  } catch (error) {
    if (error instanceof Cancelled && controller.signal.aborted) return undefined;
    throw error;
  }
}

export type ShareReport = (done: number, total: number, words?: string) => void;

/** Reports how much of all is done, as a percentage unless `words` say it, and how long the rest takes. */
export function shareReporter(progress: ProgressReporter): ShareReport {
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
