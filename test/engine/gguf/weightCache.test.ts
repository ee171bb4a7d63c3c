import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteWeightCache, weightCache } from '../../../src/engine/gguf/weightCache';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'tokenscope-cache-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

test('a folder that is not there is empty', () => {
  const folder = join(scratch, 'none');
  expect(weightCache(folder)).toEqual({ folder, files: 0, bytes: 0 });
  expect(deleteWeightCache(folder)).toEqual({ folder, files: 0, bytes: 0 });
});

test('prepared weights are counted and deleted, finished or not, and nothing else', () => {
  const folder = join(scratch, 'cache');
  mkdirSync(join(folder, 'folder.weights'), { recursive: true });
  const outside = join(scratch, 'outside.weights');
  writeFileSync(outside, 'mine');
  symlinkSync(outside, join(folder, 'link.weights'));
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  writeFileSync(join(folder, 'a.weights'), new Uint8Array(1000));
  writeFileSync(join(folder, 'b.weights.77.partial'), new Uint8Array(20));
  expect(weightCache(folder)).toEqual({ folder, files: 2, bytes: 1020 });
  expect(deleteWeightCache(folder)).toEqual({ folder, files: 0, bytes: 0 });
  expect(readdirSync(folder).sort()).toEqual(['folder.weights', 'link.weights', 'notes.txt']);
  expect(readdirSync(scratch)).toContain('outside.weights');
});
