// The only place that shows errors as notifications, and only in response to a gesture. Everything else goes to the
// status item and the log.
import { window, type LogOutputChannel } from 'vscode';
import { Cancelled, UserError } from '../../core/errors';

/** Logs an error, and shows it if it is the result of a gesture. A cancelled request is not an error. */
export function report(log: LogOutputChannel, error: unknown, gesture?: string): void {
  if (error instanceof Cancelled) return;
  const known = error instanceof UserError;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  log.error(known ? message : (stack ?? message));
  if (!gesture) return;
  void window
    .showErrorMessage(known ? message : `${gesture} failed: ${message}`, 'Show Log')
    .then(choice => choice && log.show());
}
