// Errors as messages, and only in response to a gesture. Everything else goes to the status item and the log.
import { commands, type LogOutputChannel } from 'vscode';
import { Cancelled, UserError } from '../../core/errors';
import { showMessage, type Action } from './messages';
import { remediesIn } from './remedies';

/**
 * Logs an error, and shows it if it is the result of a gesture. An ordinary state, whose message names the command that
 * helps, is information with that command as a button; what else a user can mend is a warning. A cancelled request is not
 * an error.
 */
export function report(log: LogOutputChannel, error: unknown, gesture?: string): void {
  if (error instanceof Cancelled) return;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const showLog: Action = { title: 'Show Log', run: () => log.show() };
  if (!(error instanceof UserError)) {
    log.error(stack ?? message);
    if (gesture) showMessage('error', `${gesture} failed: ${message}`, [showLog]);
    return;
  }
  const remedies = actionsOf(message);
  if (remedies.length > 0) log.info(message);
  else log.warn(message);
  if (!gesture) return;
  if (remedies.length > 0) showMessage('information', message, remedies);
  else showMessage('warning', message, [showLog]);
}

/** Tells that there is nothing to do, with the commands that the message names as buttons. */
export function inform(message: string): void {
  showMessage('information', message, actionsOf(message));
}

function actionsOf(message: string): Action[] {
  return remediesIn(message).map(({ title, command }) => ({
    title,
    run: () => commands.executeCommand(command),
  }));
}
