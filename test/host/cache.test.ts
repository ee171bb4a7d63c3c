import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cached } from './cache.mjs';
import { isAtLeast } from './desktop.mjs';
import { copyProduct } from './product.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tokenscope-cache-'));
  vi.stubEnv('TOKENSCOPE_CACHE', root);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const fill = async (folder: string) => writeFileSync(join(folder, 'program'), 'twelve bytes');

test('a cached folder is made once', async () => {
  const work = vi.fn(fill);
  const first = await cached('thing', 'v1', ['program'], work);
  expect(await cached('thing', 'v1', ['program'], work)).toBe(first);
  expect(work).toHaveBeenCalledTimes(1);
  expect(readdirSync(root)).toEqual(['thing-v1']);
});

test('a folder that lost a file, or part of one, is made again', async () => {
  const folder = await cached('thing', 'v1', ['program'], fill);
  truncateSync(join(folder, 'program'), 5);
  const work = vi.fn(fill);
  await cached('thing', 'v1', ['program'], work);
  rmSync(join(folder, 'program'));
  await cached('thing', 'v1', ['program'], work);
  expect(work).toHaveBeenCalledTimes(2);
});

test('a failure leaves nothing, and the next attempt starts afresh', async () => {
  const broken = async (folder: string) => {
    await fill(folder);
    throw new Error('interrupted');
  };
  await expect(cached('thing', 'v1', ['program'], broken)).rejects.toThrow('interrupted');
  expect(readdirSync(root)).toEqual([]);
  expect(existsSync(await cached('thing', 'v1', ['program'], fill))).toBe(true);
});

test('a full disk is named, with what to do', async () => {
  const full = async () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' }));
  await expect(cached('thing', 'v1', ['program'], full)).rejects.toThrow(
    /disk .* full.*TOKENSCOPE_CACHE/s,
  );
});

test('who asks while a folder is filled waits for the same', async () => {
  const work = vi.fn(fill);
  const ask = () => cached('thing', 'v1', ['program'], work);
  const folders = await Promise.all([ask(), ask(), ask()]);
  expect(new Set(folders).size).toBe(1);
  expect(work).toHaveBeenCalledTimes(1);
});

test('three processes that fill at once end with one whole folder', async () => {
  let begun = 0;
  let begin = () => {};
  const all = new Promise<void>(resolve => (begin = resolve));
  const slow = async (folder: string) => {
    if (++begun === 3) begin();
    await all;
    await fill(folder);
  };
  // Each process has the module once.
  const modules = new Set<{ cached: typeof cached }>();
  for (let process = 0; process < 3; process++) {
    vi.resetModules();
    modules.add(await import('./cache.mjs'));
  }
  expect(modules.size).toBe(3);
  const folders = await Promise.all(
    Array.from(modules, module => module.cached('thing', 'v1', ['program'], slow)),
  );
  expect(new Set(folders).size).toBe(1);
  expect(readdirSync(root)).toEqual(['thing-v1']);
});

test('an installed VS Code serves if it is as new as the manifest asks', () => {
  expect(isAtLeast('1.100.0', '^1.100.0')).toBe(true);
  expect(isAtLeast('1.101.2', '^1.100.0')).toBe(true);
  expect(isAtLeast('1.99.3', '^1.100.0')).toBe(false);
  expect(isAtLeast('', '^1.100.0')).toBe(false);
});

test('the product is what "files" lists', () => {
  const extension = join(root, 'extension');
  for (const folder of ['dist', 'models/coder', 'src'])
    mkdirSync(join(extension, folder), { recursive: true });
  const manifest = { main: './dist/extension.js', files: ['dist/*.js', 'models/**', 'absent'] };
  writeFileSync(join(extension, 'package.json'), JSON.stringify(manifest));
  for (const file of [
    'dist/extension.js',
    'dist/extension.js.map',
    'models/coder/config.json',
    'src/a.ts',
  ]) {
    writeFileSync(join(extension, file), '');
  }
  copyProduct(extension, join(root, 'copy'));
  const copied = readdirSync(join(root, 'copy'), { recursive: true }).map(String).sort();
  expect(copied).toEqual([
    'dist',
    'dist/extension.js',
    'models',
    'models/coder',
    'models/coder/config.json',
    'package.json',
  ]);
});
