// Commands by their names in the manifest. A command is a gesture of the user's: its failure is shown.
import { commands, type Disposable, type Extension, type LogOutputChannel } from 'vscode';
import { report } from './notifications';

export type CommandTable = Record<string, (...args: unknown[]) => unknown>;

const PREFIX = 'tokenscope.';

/** Registers the commands that the manifest declares; `load` answers what they do when one of them is run. */
export function registerCommands(
  { packageJSON }: Pick<Extension<unknown>, 'packageJSON'>,
  load: () => Promise<CommandTable>,
  log: LogOutputChannel,
): Disposable[] {
  const declared = packageJSON.contributes.commands as readonly { readonly command: string }[];
  return declared.map(({ command }) =>
    commands.registerCommand(command, async (...args: unknown[]) => {
      try {
        const table = await load();
        await table[command.slice(PREFIX.length)]!(...args);
      } catch (error) {
        report(log, error, 'Tokenscope');
      }
    }),
  );
}
