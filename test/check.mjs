// The quick checks, the same for `npm run check` and `npm test`: everything that needs no test to run.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bundleSizes } from './bundleSizes.mjs';
import { build } from './host/build.mjs';
import { repository } from './host/product.mjs';
import { noticesShipped } from './noticesShipped.mjs';
import { attempt, ToolError } from './report.mjs';

/** The build refuses what a layer may not import, and import circles; see build/imports.mjs. */
export const buildBundles = () => attempt('layers, circles and bundles: esbuild.mjs', build);

/** Files that have not changed since they were found right are not read again. */
const prettierOptions = [
  '--check',
  '--log-level=warn',
  '--cache',
  '--cache-strategy=content',
  '--cache-location=.cache/prettier',
];

/** @returns {Promise<import('./report.mjs').Result[]>} */
export async function check() {
  const sources = await Promise.all([
    attempt('types: tsc', () => node('node_modules/typescript/bin/tsc')),
    attempt('format: prettier --check .', () =>
      node('node_modules/prettier/bin/prettier.cjs', ...prettierOptions, '.'),
    ),
    attempt('lint: oxlint', () => node('node_modules/oxlint/bin/oxlint', '--quiet')),
    attempt('docs: their tables are those of the manifest', () =>
      node('test/docs/tables.mjs', '--check'),
    ),
    attempt('colours: those of the table of steps', () => node('test/docs/heat.mjs', '--check')),
  ]);
  const built = await buildBundles();
  if (built.state !== 'passed') return [...sources, built];
  return [
    ...sources,
    built,
    await attempt('bundle sizes', bundleSizes),
    await attempt('third-party notices', noticesShipped),
  ];
}

/**
 * @param {string} path of a program in the repository
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function node(path, ...args) {
  const child = spawn(process.execPath, [join(repository, path), ...args], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => (code === 0 ? resolve() : reject(new ToolError(output.trim()))));
  });
}
