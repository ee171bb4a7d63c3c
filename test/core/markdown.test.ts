// Texts of others in Markdown: code is code, whatever it holds.
import { expect, test } from 'vitest';
import { code, markdownTable, proseText } from '../../src/core/markdown';

test.each([
  ['a', '`a`'],
  ['a`b', '`` a`b ``'],
  ['``` a ``', '```` ``` a `` ````'],
  ['a\nb|c', '`a b c`'],
])('%j as code', (text, written) => {
  expect(code(text)).toBe(written);
});

test('a text of 300,000 runs of backticks is written', () => {
  expect(code('`a'.repeat(300_000)).startsWith('`` `a')).toBe(true);
});

test('no link, address or tag is made of prose', () => {
  expect(proseText('[a](b) <i> https://x *y*')).toBe('\\[a\\](b) \\<i\\> https:\\/\\/x \\*y\\*');
});

test('a table is readable as text', () => {
  const rows = [
    ['file', 'tokens', 'b'],
    ['a.ts', '7', '1'],
    ['longer.py', '12345678', '22'],
  ];
  expect(markdownTable(rows, ['left', 'right'])).toBe(
    [
      '| file      |   tokens |   b |',
      '| --------- | -------: | --: |',
      '| a.ts      |        7 |   1 |',
      '| longer.py | 12345678 |  22 |',
    ].join('\n'),
  );
  expect(markdownTable([['a', 'b']], ['left'])).toBe('| a   | b   |\n| --- | --- |');
});
