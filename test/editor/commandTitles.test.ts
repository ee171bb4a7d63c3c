// Messages name commands by their titles in the manifest, which has those that do something.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { commandTable, type CommandServices } from '../../src/editor/commandTables';
import { fake } from '../support/vscode';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  contributes: { commands: { title: string; command: string }[] };
};

test('commands are named by their titles', () => {
  const titles = new Set(manifest.contributes.commands.map(({ title }) => title));
  const folder = join(root, 'src/editor');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const named = files
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/"Tokenscope: ([^"]+)"/g),
    ])
    .map(([, title]) => title!);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(title => !titles.has(title))).toEqual([]);
});

test('each command of the manifest does something, and nothing else does', () => {
  const show = vi.fn();
  const services = new Proxy({}, { get: (_, name) => (name === 'log' ? { show } : {}) });
  const table = commandTable(services as CommandServices);
  const declared = manifest.contributes.commands.map(({ command }) => command);
  expect(Object.keys(table).map(name => `tokenscope.${name}`)).toEqual(
    expect.arrayContaining(declared),
  );
  expect(Object.keys(table)).toHaveLength(declared.length);
  expect(Object.values(table).every(run => typeof run === 'function')).toBe(true);
  table.showLog!();
  expect(show).toHaveBeenCalledOnce();
  fake.pick = undefined;
  void table.chooseDensity!();
  expect(fake.pick).toMatchObject({ title: 'Tokenscope: overlay density' });
});

/** Articles, conjunctions and short prepositions, which titles have in lower case. */
const SMALL = /^(?:a|an|and|as|at|by|for|from|in|of|on|or|the|to|with)$/;

test('titles are in title case, and three dots are one character', () => {
  for (const { title } of manifest.contributes.commands) {
    expect(title).toMatch(/^[A-Z]/);
    expect(title).not.toMatch(/\.|\s…/);
    const words = title.match(/[\p{L}’']+/gu) ?? [];
    const small = words.filter(word => !SMALL.test(word) && !/^\p{Lu}/u.test(word));
    expect(small, title).toEqual([]);
  }
});
