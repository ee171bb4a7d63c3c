// A file's bytes at an offset, against those that were written, however few of them the system gives at once.
import * as fc from 'fast-check';
import type * as files from 'node:fs';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { FileSource, withFile } from '../../../src/engine/files/fileSource';
import { seedOr } from '../../support/seed';

/** Bytes that a read gives at most: Linux's limit is 2 GiB. */
const most = vi.hoisted(() => ({ bytes: Infinity }));
vi.mock('node:fs', async importOriginal => {
  const fs = await importOriginal<typeof files>();
  const readSync = (
    file: number,
    into: NodeJS.ArrayBufferView,
    at: number,
    length: number,
    from: number,
  ) => fs.readSync(file, into, at, Math.min(most.bytes, length), from);
  return { ...fs, readSync };
});

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-file-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i ^ (i >> 3));
const path = join(scratch, 'bytes');
beforeEach(() => {
  most.bytes = Infinity;
  writeFileSync(path, BYTES);
});

test('reads the bytes that are there, in as many parts as the system gives', () => {
  fc.assert(
    fc.property(fc.nat(1100), fc.nat(1100), fc.integer({ min: 1, max: 70 }), (at, length, part) => {
      most.bytes = part;
      const read = withFile(path, file => file.read(at, length));
      expect(read).toEqual(BYTES.subarray(at, at + length));
    }),
    { seed: seedOr(1) },
  );
});

test('ends where a file has become shorter since it was opened', () => {
  const file = new FileSource(path);
  truncateSync(path, 600);
  most.bytes = 64;
  expect(file.read(500, 400)).toEqual(BYTES.subarray(500, 600));
  expect(file.read(700, 10)).toEqual(new Uint8Array());
  file.close();
});
