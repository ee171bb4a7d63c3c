// Reads a command's own options and operands from the command line; everything else is refused by name.
import { parseArgs } from 'node:util';
import { UserError } from '../core/errors';
import type { Command } from './command';
import { optionUsage } from './help';
import type { Values, Options } from './options';

export interface ParsedArguments {
  readonly operands: readonly string[];
  readonly values: Values<Options>;
  readonly given: ReadonlySet<string>;
  readonly wantsHelp: boolean;
}

/** `commands`: all of them, to say whose an option is. Throws `UserError`. */
export function parseArguments(
  command: Command,
  args: readonly string[],
  commands: readonly Command[],
): ParsedArguments {
  const { options, name } = command;
  const config = Object.fromEntries(
    Object.entries(options).map(([option, { valueName }]) => [
      option,
      { type: valueName === null ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  // Not strict: its messages do not say what the command takes.
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: { ...config, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  let wantsHelp = false;
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (token.name === 'help') {
      wantsHelp = true;
      continue;
    }
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option || !token.rawName.startsWith('--')) {
      throw unknownOption(command, token.rawName, commands);
    }
    const flag = `--${token.name}`;
    const { value } = token;
    if (option.valueName === null) {
      if (value !== undefined) throw new UserError(`${flag} takes no value, not "${value}".`);
    } else if (!value || (!token.inlineValue && /^--?[a-z]/i.test(value))) {
      throw new UserError(`${flag} needs a value: \`${name}\` takes ${optionUsage(flag, option)}.`);
    }
    given.set(token.name, [...(given.get(token.name) ?? []), value ?? '']);
  }
  const values: Record<string, unknown> = {};
  if (!wantsHelp) {
    checkOperands(command, positionals);
    for (const [option, { read, isRequired, valueName, description }] of Object.entries(options)) {
      if (isRequired && !given.has(option)) {
        throw new UserError(`\`${name}\` needs --${option} ${valueName}: ${description}.`);
      }
      values[option] = read(given.get(option) ?? [], `--${option}`);
    }
  }
  return { operands: positionals, values, given: new Set(given.keys()), wantsHelp };
}

function checkOperands({ name, usage }: Command, operands: readonly string[]): void {
  const names = usage.split(' ').filter(Boolean);
  const missing = names[operands.length];
  if (missing !== undefined) {
    const standard = missing === 'FILE' ? ', or - for standard input' : '';
    throw new UserError(
      `\`${name}\` needs ${missing}${standard}: \`tokenscope ${name} ${usage}\`.`,
    );
  }
  const extra = operands[names.length];
  if (extra === undefined || usage.endsWith('...')) return;
  throw new UserError(`\`${name}\` takes only ${usage || 'options'}; "${extra}" is unexpected.`);
}

function unknownOption(
  { name, options }: Command,
  rawName: string,
  commands: readonly Command[],
): UserError {
  const owners = commands
    .filter(other => Object.hasOwn(other.options, rawName.slice(2)))
    .map(other => `\`${other.name}\``);
  const owned = owners.length > 0 ? `: ${rawName} is for ${owners.join(', ')}` : '';
  const own = Object.entries(options).map(([own, option]) => optionUsage(`--${own}`, option));
  return new UserError(
    `\`${name}\` has no option ${rawName}${owned}. It takes ${own.join(', ') || 'none'}.`,
  );
}
