// `tokenscope tokenizer-report`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Report, Table } from '../../src/core/tokenizerReport/report';
import { coder, readLines, root, run, scratch, setUpCommandLine } from './support';

setUpCommandLine();

const stories = join(root, 'models/stories260K');

test('prints a report as text, JSON and values for a spreadsheet', () => {
  const folder = join(scratch, 'texts');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.ts'), 'let naïve = 1;\n');
  writeFileSync(join(folder, 'b.bin'), new Uint8Array([0]));
  const args = ['tokenizer-report', folder, '--model', coder, '--second', stories];
  const [report] = readLines(args) as [Report];
  expect(report.tokenizers.map(({ name }) => name)).toEqual(['coder', 'stories260K']);
  expect(report.skipped).toEqual([{ path: join(folder, 'b.bin'), reason: 'binary by its name' }]);
  const [kinds] = report.sections.find(({ id }) => id === 'size')!.blocks as Table[];
  const [, tokens, second] = kinds!.rows[0]!.cells;
  const { code, out } = run([...args, '--section', 'size']);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^all +${tokens} +${second} `, 'm'));
  expect(out).toMatch(/not read: .*b\.bin \(binary by its name\)/);
  const csv = run([...args, '--section', 'size', '--csv']).out;
  expect(csv).toContain(`all,${tokens},${second},`);
});

test.each([
  [['--section', 'wrong'], /--section takes size.*not "wrong"/],
  [['--second', 'nowhere'], /Tokenizer not found: .*nowhere/],
])('refuses %j', (args, message) => {
  writeFileSync(join(scratch, 'one.txt'), 'one');
  const { code, err } = run(['tokenizer-report', 'one.txt', '--model', coder, ...args]);
  expect(code).not.toBe(0);
  expect(err).toMatch(message);
});
