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

/** The rows of the table below a title, without their rule; cells without blanks. */
function tableBelow(page: string, title: string): string[][] {
  const parts = page.split('\n\n');
  const table = parts[parts.findIndex(part => part === title) + 1] ?? '';
  const rows = table.split('\n').filter(row => !row.startsWith('| -'));
  return rows.map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
}

test('files are summed up by language and by folder, and listed by themselves', () => {
  const file = (path: string, language: string, tokens: number) => ({
    path,
    language,
    tokens,
    ...SIZE,
  });
  const files = [
    file('src/a.ts', 'TypeScript', 20),
    file('src/deep/b.ts', 'TypeScript', 10),
    file('c.py', 'Python', 8),
  ];
  const page = countMarkdown({ ...COUNT, files, skipped: [] });
  const tokensOf = (title: string) => {
    const [head = [], ...rows] = tableBelow(page, title);
    return Object.fromEntries(rows.map(row => [row[0], row[head.indexOf('tokens')]]));
  };
  expect(tokensOf('## By language')).toEqual({ TypeScript: '30', Python: '8' });
  expect(tokensOf('## By folder')).toMatchObject({ '`src/`': '30', '`src/deep/`': '10' });
  expect(tokensOf('## By file')).toEqual({
    '`src/a.ts`': '20',
    '`src/deep/b.ts`': '10',
    '`c.py`': '8',
  });
  expect(page).toMatch(/\| all files .*\| +38 \|/);
  const flat = countMarkdown({ ...COUNT, files: files.slice(2), skipped: [] });
  expect(flat).not.toContain('## By folder');
});

test('a second tokenizer is named, with what its numbers are', () => {
  const tokenizers = { model: 'coder (BPE)', second: 'gpt2 (BPE)' };
  const files = COUNT.files.map(file => ({ ...file, second: 10 }));
  const page = countMarkdown({ ...COUNT, tokenizers, files });
  expect(page).toContain(
    "\n\nTokenizer: coder (BPE); second: gpt2 (BPE), ratio: its tokens to the first's.\n",
  );
});

test('of more rows than anybody reads the first are listed, and how many there are', () => {
  const files = Array.from({ length: 2001 }, (_, i) => ({
    path: `f${i}.ts`,
    language: 'TypeScript',
    tokens: 1,
    ...SIZE,
  }));
  const skipped = files.map(({ path }) => ({ path, reason: 'no text' }));
  const page = countMarkdown({ ...COUNT, files, skipped });
  expect(page.match(/The first 2000 of 2001 are listed\./g)).toHaveLength(2);
  expect(tableBelow(page, '## By file')).toHaveLength(2001);
  expect(tableBelow(page, '## Not counted')).toHaveLength(2001);
  const few = countMarkdown({ ...COUNT, files: files.slice(1), skipped: skipped.slice(1) });
  expect(few).not.toContain('are listed.');
});
