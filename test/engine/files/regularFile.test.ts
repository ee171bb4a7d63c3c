// Files that others made are looked at before they are read: what is no regular file is refused at once, never waited for.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { withFile } from '../../../src/engine/files/fileSource';
import {
  FileError,
  readPart,
  readPartIfThere,
  readRegularFile,
} from '../../../src/engine/files/regularFile';
import { openTokenizerAt } from '../../../src/engine/models/openTokenizer';
import { readJson } from '../../../src/engine/models/readJson';

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 12345\n`;
const isWindows = process.platform === 'win32';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-files-'));
  writeFileSync(at('text.txt'), 'abc');
  writeFileSync(at('empty.txt'), '');
  writeFileSync(at('pointer.bin'), POINTER);
  mkdirSync(at('inner'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a regular file is read whole, through a link too, and up to the limit', () => {
  symlinkSync(at('text.txt'), at('link.txt'));
  expect(readRegularFile(at('link.txt')).toString()).toBe('abc');
  expect(readRegularFile(at('empty.txt'))).toHaveLength(0);
  expect(readRegularFile(at('text.txt'), 3)).toHaveLength(3);
  expect(() => readRegularFile(at('text.txt'), 2)).toThrow(/has 1 MB; the limit is 1 MB/);
  const long = Buffer.alloc(3 << 20, 'xyz');
  writeFileSync(at('long.bin'), long);
  expect(readRegularFile(at('long.bin')).equals(long)).toBe(true);
});

test('what is missing is told from what cannot be read', () => {
  expect(() => readPart(at('gone'))).toThrow(`File not found: ${at('gone')}`);
  expect(readPartIfThere(at('gone'))).toBeUndefined();
  expect(() => readPartIfThere(at('inner'))).toThrow(/it is a folder, not a file\.$/);
  symlinkSync('loop', at('loop'));
  const read = () => readPartIfThere(at('loop'));
  expect(read).toThrow(FileError);
  expect(read).toThrow(/too many symbolic links/);
});

test.skipIf(isWindows).each([
  ['a pipe that nobody writes to', () => execFileSync('mkfifo', [at('pipe')])],
  ['a link to a device without an end', () => symlinkSync('/dev/zero', at('pipe'))],
])('%s is refused at once', (_, make) => {
  rmSync(at('pipe'), { force: true });
  make();
  expect(() => readRegularFile(at('pipe'))).toThrow(/it is a pipe or a device/);
  expect(() => readJson(folder, 'pipe')).toThrow(/it is a pipe or a device/);
  expect(() => withFile(at('pipe'), () => {})).toThrow(/it is a pipe or a device/);
});

// Files of /proc claim 0 bytes.
test.skipIf(process.platform !== 'linux')(
  'a file that grows beyond the size that it claims is limited',
  () => {
    expect(readRegularFile('/proc/self/maps').length).toBeGreaterThan(0);
    expect(() => readRegularFile('/proc/self/maps', 10)).toThrow(/the limit is 1 MB/);
  },
);

describe('a pointer of Git LFS', () => {
  test.each([
    ['read whole', () => readPart(at('pointer.bin'))],
    ['read as JSON', () => readJson(folder, 'pointer.bin')],
    ['opened as a tokenizer', () => openTokenizerAt(at('pointer.bin'))],
    ['opened for its parts', () => withFile(at('pointer.bin'), () => {})],
  ])('%s says what it is and what to do', (_, read) => {
    expect(read).toThrow(UserError);
    expect(read).toThrow(/pointer\.bin is a Git LFS pointer.*Run `git lfs pull`/);
  });

  test('is a text where any text may be', () => {
    expect(readRegularFile(at('pointer.bin')).toString()).toBe(POINTER);
  });
});
