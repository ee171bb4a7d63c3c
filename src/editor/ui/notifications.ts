// The only place that speaks to the user by notification, and only in answer to a gesture. Everything
// else is status item and log.
import { window, type LogOutputChannel } from 'vscode';
import { Cancelled, UserError } from '../../core/errors';

/** Logs an error; says it aloud if it answers a gesture. A cancelled request is neither. */
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
