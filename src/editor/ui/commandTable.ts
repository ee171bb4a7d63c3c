// Commands by their names in the manifest. A command is a gesture of the user's: its failure is shown.
import { commands, type Disposable, type LogOutputChannel } from 'vscode';
import { report } from './notifications';

export type CommandTable = Record<string, (...args: unknown[]) => unknown>;

export function registerTable(table: CommandTable, log: LogOutputChannel): Disposable[] {
  return Object.entries(table).map(([name, run]) =>
    commands.registerCommand(`tokenscope.${name}`, async (...args: unknown[]) => {
      try {
        await run(...args);
      } catch (error) {
        report(log, error, 'Tokenscope');
      }
    }),
  );
}
