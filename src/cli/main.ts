// The command line: the engine without an editor.
import { Cancelled, InexactError, UserError } from '../core/errors';
import { commands } from './commands';
import { commandHelp, overallHelp } from './help';
import { parseArguments } from './parseArguments';

const [defect, badInput, inexact, interrupted] = [1, 2, 3, 130];

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h') return print([overallHelp(commands)]);
  if (!name) throw new UserError('No command. `tokenscope --help` lists them.');
  if (name.startsWith('-')) {
    throw new UserError(`The command is first, then ${name}. \`tokenscope --help\` lists them.`);
  }
  const command = commands.find(each => each.name === name);
  if (!command) {
    const names = commands.map(each => each.name).join(', ');
    throw new UserError(`Unknown command "${name}". There are: ${names}.`);
  }
  const { wantsHelp, ...parsed } = parseArguments(command, args, commands);
  if (wantsHelp) return print([commandHelp(command)]);
  await command.run({ ...parsed, print });
}

/** Writes at the reader's pace; a reader that goes away (`| head`) is no error. */
async function print(lines: Iterable<string>): Promise<void> {
  for (const line of lines) {
    if (!process.stdout.write(line)) {
      await new Promise(resolve => process.stdout.once('drain', resolve));
    }
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : defect);
});

main(process.argv.slice(2)).catch((error: Error) => {
  if (error instanceof Cancelled) {
    console.error('tokenscope: interrupted');
    process.exitCode = interrupted;
  } else if (error instanceof UserError) {
    console.error(`tokenscope: ${error.message}`);
    process.exitCode = error instanceof InexactError ? inexact : badInput;
  } else {
    console.error(error.stack);
    process.exitCode = defect;
  }
});
