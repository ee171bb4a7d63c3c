import { expect, test } from 'vitest';
import { countMarkdown } from '../../../src/editor/counting/countReport';
import type { FolderCount } from '../../../src/editor/counting/countTokens';

const SIZE = { bytes: 40, characters: 40, words: 10 };

const COUNT: FolderCount = {
  folder: 'shop',
  tokenizers: { model: 'coder (BPE)', second: undefined },
  files: [
    { path: 'src/cart.ts', language: 'TypeScript', tokens: 20, ...SIZE },
    { path: 'a|b`.py', language: 'Python', tokens: 8, ...SIZE },
  ],
  skipped: [{ path: 'picture.png', reason: 'binary by its name' }],
};

test('is Markdown whose tables are in line as plain text', () => {
  const page = countMarkdown(COUNT);
  expect(page).toMatch(/^# Tokens in `shop`\n\nTokenizer: coder \(BPE\)\.\n/);
  expect(page).toContain('| `src/` ');
  expect(page).toContain('| `` a b`.py `` |');
  expect(page).toContain(
    '| file          | why                |\n| ------------- | ------------------ |',
  );
  const tables = page.split('\n\n').filter(part => part.startsWith('|'));
  expect(tables).toHaveLength(5);
  for (const table of tables) {
    const lines = table.split('\n');
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
    expect(lines[1]).toMatch(/^\| -+ \|( -+:? \|)+$/);
  }
});

test('says what was not counted only where something was not', () => {
  expect(countMarkdown(COUNT)).toMatch(/\n\n## Not counted\n\n\| file .*\n.*\n\| `picture\.png` /);
  expect(countMarkdown({ ...COUNT, skipped: [] })).not.toContain('Not counted');
});
