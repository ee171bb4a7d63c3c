// `npm run mutate -- PATH ...`: puts faults into the sources one at a time, and lists those that no test notices.
//   --tests GLOB    the tests that are asked, in place of those of the same folder in test/
//   --force         asks about all faults again, also where nothing has changed
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { step } from '../host/progress.mjs';
import { npm } from '../host/npm.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const usage = `npm run mutate -- PATH ...           a folder or file below src or webview
npm run mutate -- PATH --tests GLOB  ask these tests, not those of the same folder in test/
npm run mutate -- PATH --force       ask about all faults again`;

const { values, positionals } = parseArgs({
  options: { tests: { type: 'string' }, force: { type: 'boolean' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
const unknown = positionals.find(path => !/^(?:src|webview)\//.test(path) || !existsSync(path));
if (values.help || positionals.length === 0 || unknown) {
  console.error(
    unknown ? `${unknown} is no folder or file below src or webview.\n\n${usage}` : usage,
  );
  process.exit(values.help ? 0 : 2);
}

const isFolder = (/** @type {string} */ path) => statSync(join(root, path)).isDirectory();
const mutate = positionals.map(path =>
  isFolder(path) ? `${path.replace(/\/$/, '')}/**/*.ts` : path,
);
const tests = values.tests ?? positionals.map(mirrorOf).join(',');

if (!existsSync(join(here, 'node_modules/@stryker-mutator/core')))
  await step('Installing StrykerJS (once)', () => npm(['ci'], here));
const { status } = spawnSync(
  process.execPath,
  [
    join(here, 'node_modules/@stryker-mutator/core/bin/stryker.js'),
    'run',
    join(relative(root, here), 'stryker.config.mjs'),
    '--mutate',
    mutate.join(','),
    ...(values.force ? ['--force'] : []),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TOKENSCOPE_MUTATE_TESTS: tests } },
);
process.exit(status ?? 1);

/**
 * Tests of the same folder in test/, which mirrors the sources.
 * @param {string} path
 */
function mirrorOf(path) {
  const folder = isFolder(path) ? `${path.replace(/\/$/, '')}/**` : dirname(path);
  return `test/${folder.replace(/^src\//, '')}/*.test.ts`;
}
