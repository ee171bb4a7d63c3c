// Which test files vitest runs for a part. The window and its pictures have runners of their own.
import { readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { repository } from './host/product.mjs';
import { ToolError } from './report.mjs';

/** Folders whose tests start an engine process. */
const ENGINE = ['cli', 'engine'];
const NOT_VITEST = ['bench', 'prove', 'ui', 'window'];

/** Every *.test.ts that vitest runs, as a path from the repository's root. */
const testFiles = () =>
  readdirSync(join(repository, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.test.ts') && !NOT_VITEST.includes(folderOf(path)))
    .map(path => `test/${path.split(sep).join('/')}`)
    .sort();

/** @param {string} path from the folder test/ */
const folderOf = path => path.split(sep)[0] ?? '';

/** @param {string} file */
const isEngine = file => ENGINE.some(folder => file.startsWith(`test/${folder}/`));

/**
 * The files without an engine process; with filters, every file of either part that one of them names.
 * @param {string[]} filters parts of paths, or paths from anywhere
 */
export const unitTests = filters =>
  filters.length > 0 ? named(testFiles(), filters) : testFiles().filter(file => !isEngine(file));

/** @param {string[]} filters */
export const engineTests = filters => named(testFiles().filter(isEngine), filters);

/**
 * @param {string[]} files
 * @param {string[]} filters each must name a file
 */
function named(files, filters) {
  if (filters.length === 0) return files;
  const chosen = filters.flatMap(filter => {
    const path = relative(repository, resolve(filter)).split(sep).join('/');
    const found = files.filter(file => file.includes(filter) || file === path);
    if (found.length === 0) throw new ToolError(`No test file has "${filter}" in its path.`);
    return found;
  });
  return [...new Set(chosen)];
}
