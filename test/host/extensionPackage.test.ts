// What the package of the extension is staged of, before one is packed.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { REPOSITORY } from '../../build/package/owner.mjs';
import { stage } from '../../build/package/stage.mjs';
import { anywhere } from '../../build/package/targets.mjs';
import { deadLinks, linkedFiles } from '../support/pageLinks';
import type * as Product from './product.mjs';

// Nothing need be built for it.
vi.mock('./product.mjs', async original => {
  const product = await original<typeof Product>();
  const { copyFiles, manifestOf } = product;
  const copyProduct = (from: string, to: string) =>
    copyFiles(from, to, ['package.json', ...(manifestOf(from).files ?? [])]);
  return { ...product, copyProduct };
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-staged-'));
  stage(anywhere, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('has no message that names a page which is not in it', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' });
  // The command line has its pages beside it.
  const named = sources
    .filter(path => path.endsWith('.ts') && !path.startsWith('cli'))
    .flatMap(path => readFileSync(join('src', path), 'utf8').split('\n'))
    .filter(line => /docs\/[\w-]+\.md/.test(line) && !/^\s*(?:\/\/|\/?\*)/.test(line));
  expect(named).toEqual([]);
});

// With a repository, its address is put before the links when it is packed.
test.skipIf(REPOSITORY !== '')('has no picture or link to a file that is not in it', () => {
  expect(linkedFiles(folder).length).toBeGreaterThan(5);
  expect(deadLinks(folder)).toEqual([]);
});
