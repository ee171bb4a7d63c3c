// Messages name commands by their titles in the manifest.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  contributes: { commands: { title: string }[] };
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
