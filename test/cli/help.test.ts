// Help and the refusal of options, from the table of commands: what a new command gets without a test of its own.
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands';
import { commandHelp, optionTable, overallHelp } from '../../src/cli/help';
import { parseArguments } from '../../src/cli/parseArguments';
import { UserError } from '../../src/core/errors';
import { run, setUpCommandLine } from './support';

setUpCommandLine();

const allOptions = [...new Set(commands.flatMap(({ options }) => Object.keys(options)))];
const lacking = commands.flatMap(command =>
  allOptions
    .filter(option => !(option in command.options))
    .map(option => [command.name, option] as const),
);

/** Of an option that some command has. */
function isFlag(option: string): boolean {
  return commands.some(({ options }) => options[option]?.valueName === null);
}

test('an option that a command does not have is refused with the commands that have it', () => {
  expect(lacking.length).toBeGreaterThan(60);
  for (const [name, option] of lacking) {
    const command = commands.find(each => each.name === name)!;
    const args = ['x', `--${option}`, ...(isFlag(option) ? [] : ['1'])];
    const parse = () => parseArguments(command, args, commands);
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(`\`${name}\` has no option --${option}: --${option} is for`);
  }
});

test('the process ends with 2 and one line', () => {
  for (const { name } of commands) {
    const [, option] = lacking.find(([command]) => command === name)!;
    const { code, out, err } = run([name, 'x', `--${option}`]);
    expect([code, out]).toEqual([2, '']);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  }
});

test('every number says what it takes', () => {
  for (const command of commands) {
    for (const [option, { default: value, read }] of Object.entries(command.options)) {
      if (value === null || Number.isNaN(Number(value))) continue;
      expect(() => read(['x'], `--${option}`)).toThrow(
        new RegExp(`--${option} takes a (whole )?number .*, not "x"\\.`),
      );
      expect(read([], `--${option}`)).toBe(Number(value));
    }
  }
});

test('help of a command names each of its options, and overall help each command', () => {
  const overall = run(['--help']);
  expect(overall).toEqual({ code: 0, out: overallHelp(commands), err: '' });
  for (const command of commands) {
    expect(overall.out).toContain(`tokenscope ${command.name} ${command.usage}`);
    expect(overall.out).toContain(command.summary);
    const help = commandHelp(command);
    for (const [option, { valueName }] of Object.entries(command.options)) {
      const usage = `  --${option}${valueName === null ? ' ' : ` ${valueName}`}`;
      expect(help).toContain(usage);
    }
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  }
  const [first] = commands;
  expect(run([first!.name, '--help'])).toEqual({ code: 0, out: commandHelp(first!), err: '' });
  expect(run([first!.name, '-h']).out).toBe(commandHelp(first!));
});

test('the table of options has each option of each command', () => {
  const rows = optionTable(commands).slice(1);
  for (const { name, options } of commands) {
    for (const option of Object.keys(options)) {
      const found = rows.filter(
        ([usage = '', of = '']) =>
          usage.match(/^`--[\w-]+/)![0] === `\`--${option}` && of.includes(`\`${name}\``),
      );
      expect(found).toHaveLength(1);
    }
  }
});

test('each command and option is described in one style', () => {
  for (const { summary, options } of commands) {
    const descriptions = Object.values(options).map(({ description }) => description);
    for (const text of [summary, ...descriptions]) expect(text).toMatch(/^[^A-Z].*[^.]$/);
  }
});
