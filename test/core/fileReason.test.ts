// What the file system says, without its code, its call and its path.
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasonOf } from '../../src/core/fileReason';

function reasonThat(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return reasonOf(error);
  }
  throw new Error('nothing was thrown');
}

test('the reason alone is left of what Node throws', () => {
  const path = join(tmpdir(), "tokenscope-it's, a: place\n, x 'y'", 'none');
  expect(reasonThat(() => readFileSync(path))).toBe('no such file or directory');
  // Without a path.
  expect(reasonThat(() => readFileSync(tmpdir()))).toBe('illegal operation on a directory');
});

test('what is no such error is thrown on: it is a defect', () => {
  const defect = new TypeError('x is undefined');
  expect(() => reasonOf(defect)).toThrow(defect);
});
