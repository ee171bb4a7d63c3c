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

test('printed values are read back as the rows of the tables, whatever a term holds', () => {
  writeFileSync(join(scratch, 'one.txt'), 'one term, and\nanother');
  writeFileSync(join(scratch, 'odd.csv'), '"term, and\nanother"\n"say ""one"""\none\n');
  const args = ['tokenizer-report', 'one.txt', '--model', coder, '--section', 'terms'];
  const [report] = readLines([...args, '--glossary', 'odd.csv']) as [Report];
  const expected = report.sections
    .flatMap(({ blocks }) => blocks.flatMap(block => (block.kind === 'table' ? block.rows : [])))
    .map(({ cells }) => cells.map(textOf));
  const rows = rowsOfCsv(run([...args, '--glossary', 'odd.csv', '--csv']).out);
  expect(rows).toEqual(expect.arrayContaining(expected));
  expect(rows.map(([first]) => first)).toEqual(
    expect.arrayContaining(['term, and\nanother', 'say "one"', 'one']),
  );
});

const textOf = (cell: string | number | null) => String(cell ?? '');

/** Fails where a field is neither plain nor in quotes. */
function rowsOfCsv(csv: string): string[][] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n␍]*))(,|\n)/y;
  while (field.lastIndex < csv.length) {
    const at = field.lastIndex;
    const found = field.exec(csv) ?? expect.fail(`no field at ${csv.slice(at, at + 40)}`);
    rows.at(-1)!.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === '\n') rows.push([]);
  }
  return rows;
}

test.each([
  [['--section', 'wrong'], /--section takes size.*not "wrong"/],
  [['--second', 'nowhere'], /Tokenizer not found: .*nowhere/],
])('refuses %j', (args, message) => {
  writeFileSync(join(scratch, 'one.txt'), 'one');
  const { code, err } = run(['tokenizer-report', 'one.txt', '--model', coder, ...args]);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});

test('a glossary and prices are read from files, or refused by name', () => {
  const write = (name: string, content: string | Uint8Array) =>
    writeFileSync(join(scratch, name), content);
  write('one.txt', 'one glossary');
  write('terms.csv', 'term,meaning\none,1\n"two, three",2\n');
  write('prices.json', '{"a model": {"perMillion": 1000000, "window": 10}}');
  const args = ['tokenizer-report', 'one.txt', '--model', coder, '--second', stories];
  const [report] = readLines([...args, '--glossary', 'terms.csv', '--prices', 'prices.json']) as [
    Report,
  ];
  const tableOf = (id: string, title: RegExp) =>
    report.sections
      .find(section => section.id === id)!
      .blocks.find((block): block is Table => title.test(block.title))!;
  const terms = tableOf('terms', /glossary/).rows.map(({ cells }) => cells[0]);
  expect(new Set(terms)).toEqual(new Set(['term', 'one', 'two, three']));
  const [cost] = tableOf('swap', /cost/).rows;
  const [, tokens] = tableOf('size', /kind of file/).rows[0]!.cells;
  expect(cost!.cells.slice(0, 2)).toEqual(['a model', tokens]);
  write('latin1.txt', Buffer.from([0x66, 0xfc, 0x72]));
  write('empty.txt', '\n\n');
  write('broken.json', '{"a');
  write('prices2.json', '{"a model": {"perMillion": "2"}}');
  const refused = (...more: string[]) => run([...args, ...more]).err;
  expect(refused('--glossary', 'latin1.txt')).toMatch(/latin1\.txt is not UTF-8 text/);
  expect(refused('--glossary', 'empty.txt')).toMatch(/empty\.txt has no terms/);
  expect(refused('--glossary', 'nowhere.txt')).toMatch(/File not found: nowhere\.txt/);
  expect(refused('--prices', 'broken.json')).toMatch(/broken\.json is not JSON/);
  expect(refused('--prices', 'prices2.json')).toMatch(/prices2\.json: "perMillion" of "a model"/);
});

test('a tokenizer is trained, and a report compares it', () => {
  writeFileSync(join(scratch, 'words.txt'), 'alpha beta gamma\n'.repeat(50));
  const args = ['train-tokenizer', 'words.txt', 'prices.json'];
  const { code, out } = run([...args, '--entries', '270', '--out', 'own.json']);
  expect(code).toBe(0);
  expect(out).toMatch(/^own\.json: 270 entries, from 2 files with /);
  const own = ['tokenizer-report', 'words.txt', '--model', 'own.json'];
  const compared = run([...own, '--second', coder, '--section', 'swap']);
  expect(compared.out).toMatch(/coder makes [\d.]+ times as many tokens as own/);
  expect(run([...args, '--entries', '256', '--out', 'x.json']).err).toMatch(/--entries takes/);
  expect(run([...args, '--entries', '300']).err).toMatch(/--out/);
});
