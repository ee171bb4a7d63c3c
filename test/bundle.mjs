// Compiles test files that run outside vitest to a folder inside the repository, where they find its packages.
import { build } from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './host/product.mjs';

/**
 * @param {string} folder under test/
 * @param {RegExp} entries names of the files to compile, one output for each
 * @param {'cjs' | 'esm'} format
 * @returns {Promise<string>} the folder of the outputs
 */
export async function bundle(folder, entries, format) {
  const source = join(repository, 'test', folder);
  const outdir = join(repository, '.cache', folder);
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: readdirSync(source)
      .filter(name => entries.test(name))
      .map(name => join(source, name)),
    bundle: true,
    packages: 'external',
    external: ['vscode'],
    platform: 'node',
    target: 'node20',
    format,
    outdir,
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.js' },
    sourcemap: 'inline',
    logLevel: 'error',
  });
  return outdir;
}
