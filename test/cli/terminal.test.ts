// What files, names and arguments hold cannot steer the terminal; colours of the command line's own are written.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { terminalHeat } from '../../src/core/lenses/steps';
import { terminalJson, terminalText } from '../../src/cli/terminal';
import { writeModelFolder } from '../support/modelFolder';
import { coder, linesOf, run, scratch, setUpCommandLine, type Result } from './support';

setUpCommandLine();

/** Sets the title, clears the screen twice, turns the direction, and is not seen. */
const HOSTILE = 'a\u001b]0;x\u0007b\u009b2Jc\u202ed\u2028e\u3164f\u007f\u001b[2J';
const LIVE = /[^\P{C}\n]|[\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;

const all = ({ out, err }: Result) => out + err;

test('a trace’s fields are spelled for people', () => {
  const row = {
    id: HOSTILE,
    messages: [
      { role: 'user', content: HOSTILE },
      { role: 'assistant', content: `<think>${HOSTILE}</think> \\boxed{4}` },
    ],
    answer: HOSTILE,
  };
  const file = join(scratch, 'traces.jsonl');
  writeFileSync(file, `${JSON.stringify(row)}\n{"odd\u001b[2J\n`);
  const list = run(['trace', file]);
  expect(all(list)).not.toMatch(LIVE);
  const named = run(['trace', file, '--sample', `none${HOSTILE}`]);
  expect(named.code).toBe(2);
  expect(named.err).toContain(
    '⟨U+001B⟩]0;x⟨U+0007⟩b⟨U+009B⟩2Jc⟨U+202E⟩d⟨U+2028⟩e⟨U+3164⟩f⟨U+007F⟩',
  );
  expect(named.err).not.toMatch(LIVE);
  const json = run(['trace', file, '--json']);
  expect(all(json)).not.toMatch(LIVE);
  expect(linesOf(json.out)[0]).toMatchObject({ target: HOSTILE, question: HOSTILE });
});

test('names of files are spelled in tables and lists, and are the same in JSON', () => {
  const folder = join(scratch, 'named');
  mkdirSync(folder);
  const name = `${HOSTILE}\nb`;
  writeFileSync(join(folder, name), 'hello\n');
  writeFileSync(join(folder, `${name}.png`), 'picture');
  const { out, err, code } = run(['count', folder, '--model', coder]);
  expect(code).toBe(0);
  expect(out + err).not.toMatch(LIVE);
  expect(out).toContain('⟨U+001B⟩[2J↵b');
  const [head, row] = out.split('\n');
  expect(row).toHaveLength(head!.length);
  const json = run(['count', folder, '--model', coder, '--json']);
  expect(json.out).not.toMatch(LIVE);
  const paths = linesOf(json.out).map(({ path }) => path);
  expect(paths).toContain(join(folder, name));
  expect(paths).toContain(join(folder, `${name}.png`));
});

test.each([
  [[HOSTILE]],
  [['tokens', HOSTILE]],
  [['tokens', 'a', `--${HOSTILE}`]],
  [['tokens', '-', '--model', HOSTILE]],
  [['trace', HOSTILE]],
  [['count', HOSTILE]],
  [['next', '-', '--at', HOSTILE]],
])('the error of arguments %# is spelled', args => {
  const { code, out, err } = run(args, 'x');
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).not.toMatch(LIVE);
});

test('a model’s name is spelled', () => {
  const model = writeModelFolder(join(scratch, `model${HOSTILE}`));
  const { code, out } = run(['tokens', '-', '--model', model], 'hello\u001b[2J\n');
  expect(code).toBe(0);
  expect(out).toContain('⟨U+202E⟩');
  expect(out).not.toMatch(LIVE);
});

test('a style is written around each line of a text that cannot end it', () => {
  const style = terminalHeat.find(Boolean)!;
  expect(terminalText({ text: 'a\u001b[0mb\nc\t\r\n', style })).toBe(
    `\x1b[${style}ma⟨U+001B⟩[0mb\x1b[0m\n\x1b[${style}mc\t␍\x1b[0m\n`,
  );
  expect(terminalText({ text: 'a\u009bb', style: '' })).toBe('a⟨U+009B⟩b');
});

test('JSON is the same value without a hidden character', () => {
  const value = { [HOSTILE]: `${HOSTILE}\u{e0041}\ufe0f\ud800\ttab\nline “quoted” 🙂` };
  const text = terminalJson(`${JSON.stringify(value)}\n`);
  expect(text).not.toMatch(LIVE);
  expect(text).toContain('“quoted” 🙂');
  expect(JSON.parse(text)).toEqual(value);
});
