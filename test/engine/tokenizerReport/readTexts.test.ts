// The texts of a report: all of a file in parts, with or without its byte order mark.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTexts } from '../../../src/engine/tokenizerReport/readTexts';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-texts-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function read(text: string, withoutMark?: boolean): string {
  const file = join(scratch, 'a.txt');
  writeFileSync(file, text);
  const [found] = Array.from(
    readTexts([{ path: 'a.txt', file, ...(withoutMark !== undefined && { withoutMark }) }], []),
    each => ('parts' in each ? [...each.parts].join('') : each.reason),
  );
  return found!;
}

test('a byte order mark is text of a file, and is left out for a document', () => {
  expect(read('\ufeffnaïve')).toBe('\ufeffnaïve');
  expect(read('\ufeffnaïve', true)).toBe('naïve');
  expect(read('\ufeff', true)).toBe('');
});

test('only at the beginning of a file it is a mark', () => {
  // The second part begins with one.
  const text = `${'x'.repeat(1 << 20)}\ufeff`;
  expect(read(text, true) === text).toBe(true);
});
