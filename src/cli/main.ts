#!/usr/bin/env node
// The command line: the engine without an editor.
import { Cancelled, InexactError, UserError } from '../core/errors';
import { reasonOf } from '../core/fileReason';
import { commands } from './commands';
import { commandHelp, overallHelp } from './help';
import { parseArguments } from './parseArguments';
import {
  readerGone,
  terminalJson,
  terminalText,
  watchReader,
  writeError,
  writePieces,
} from './terminal';

const [defect, badInput, inexact, interrupted] = [1, 2, 3, 130];

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h') return writePieces([overallHelp(commands)], terminalText);
  if (!name) throw new UserError('No command given. Run `tokenscope --help` for a list.');
  if (name.startsWith('-')) {
    throw new UserError(
      `The command comes first, then ${name}. Run \`tokenscope --help\` for a list.`,
    );
  }
  const command = commands.find(each => each.name === name);
  if (!command) {
    const names = commands.map(each => each.name).join(', ');
    throw new UserError(`Unknown command "${name}". Available commands: ${names}.`);
  }
  const { wantsHelp, ...parsed } = parseArguments(command, args, commands);
  if (wantsHelp) return writePieces([commandHelp(command)], terminalText);
  const format = parsed.values.json ? terminalJson : terminalText;
  await command.run({ ...parsed, print: pieces => writePieces(pieces, format) });
}

watchReader(error => {
  writeError(`tokenscope: cannot write to standard output: ${reasonOf(error)}.`);
  process.exit(badInput);
});

main(process.argv.slice(2)).catch((error: Error) => {
  if (error instanceof Cancelled && readerGone.aborted) return;
  if (error instanceof Cancelled) {
    writeError('tokenscope: interrupted');
    process.exitCode = interrupted;
  } else if (error instanceof UserError) {
    writeError(`tokenscope: ${error.message}`);
    process.exitCode = error instanceof InexactError ? inexact : badInput;
  } else {
    writeError(error.stack ?? error.message);
    process.exitCode = defect;
  }
});
