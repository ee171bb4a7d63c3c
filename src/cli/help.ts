// Help, generated from the commands. The synopsis in docs/cli.md and the README is made of the same parts.
import type { Command } from './command';
import type { Option } from './options';

const COLUMNS = 100;

/** One line for each command. */
export function synopsis(commands: readonly Command[]): string {
  const usages = commands.map(usageOf);
  const width = Math.max(...usages.map(({ length }) => length));
  return commands.map(({ summary }, i) => `${usages[i]!.padEnd(width)}  ${summary}`).join('\n');
}

export function overallHelp(commands: readonly Command[]): string {
  return `tokenscope: see a text as a language model does

${indented(synopsis(commands))}

FILE is a UTF-8 file, or - for standard input. docs/cli.md explains the fields of --json.
\`tokenscope COMMAND --help\` lists the options of a command.

Exit codes: 0 success, 1 internal error, 2 bad input, 3 exact result not available, 130 interrupted.
`;
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]) => ({
    usage: optionUsage(`--${name}`, option),
    description: optionDescription(option),
  }));
  const width = Math.max(...options.map(({ usage }) => usage.length));
  const lines = options.map(({ usage, description }) => {
    const rows = wrapped(description, COLUMNS - width - 4);
    return `  ${usage.padEnd(width)}  ${rows.join(`\n${' '.repeat(width + 4)}`)}`;
  });
  return `${usageOf(command)} [options]

${command.summary}

${lines.join('\n')}
`;
}

/** A row for each option and what it does, with the commands that have it. */
export function optionTable(commands: readonly Command[]): string[][] {
  const rows = new Map<string, string[]>();
  for (const { name, options } of commands) {
    for (const [flag, option] of Object.entries(options)) {
      const usage = `\`${optionUsage(`--${flag}`, option)}\``.replaceAll('|', '\\|');
      const description = optionDescription(option);
      const key = `${usage} ${description}`;
      const row = rows.get(key) ?? [usage, '', description];
      row[1] += `${row[1] ? ', ' : ''}\`${name}\``;
      rows.set(key, row);
    }
  }
  const sorted = [...rows.values()].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return [['option', 'of', 'what it does'], ...sorted];
}

/** For example '--top K'. */
export function optionUsage(flag: string, { valueName }: Option<unknown>): string {
  return valueName === null ? flag : `${flag} ${valueName}`;
}

function usageOf({ name, usage, options }: Command): string {
  const needed = Object.entries(options)
    .filter(([, { isRequired }]) => isRequired)
    .map(([option, { valueName }]) => `--${option} ${valueName}`);
  return ['tokenscope', name, usage, ...needed].filter(Boolean).join(' ');
}

function optionDescription(option: Option<unknown>): string {
  const notes = [
    ...(option.isRequired ? ['required'] : []),
    ...(option.isRepeatable ? ['may be repeated'] : []),
    ...(option.default === null ? [] : [`default ${option.default}`]),
  ];
  return notes.length > 0 ? `${option.description} (${notes.join(', ')})` : option.description;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
