// The files of a package in a folder of their own: what package.json's `files` list, with the binaries of one platform.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyProduct, repository } from '../../test/host/product.mjs';
import { REPOSITORY } from './owner.mjs';

/** Packagers leave out a folder of modules at the top; here Node finds them beside the bundles all the same. */
const MODULES = 'dist/node_modules';
const BINARIES = 'onnxruntime-node/bin/napi-v6';

/** What the manifest is for development alone. */
const OF_DEVELOPMENT = ['devDependencies', 'dependencies', 'scripts', 'files', 'private'];

/**
 * Writes the files of a package into an empty folder.
 * @param {import('./targets.mjs').Target} target
 * @param {string} folder
 */
export function stage(target, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyProduct(repository, folder);
  cpSync(join(folder, 'node_modules'), join(folder, MODULES), {
    recursive: true,
    filter: path => !/\.(?:map|d\.ts)$/.test(path),
  });
  rmSync(join(folder, 'node_modules'), { recursive: true });
  rmSync(join(folder, MODULES, BINARIES), { recursive: true, force: true });
  for (const name of target.binaries) {
    const path = join(BINARIES, target.folder, name);
    mkdirSync(join(folder, MODULES, dirname(path)), { recursive: true });
    cpSync(join(repository, 'node_modules', path), join(folder, MODULES, path));
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
}

function manifest() {
  const own = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  for (const name of OF_DEVELOPMENT) delete own[name];
  if (!REPOSITORY) return own;
  return {
    ...own,
    repository: { type: 'git', url: `${REPOSITORY}.git` },
    bugs: { url: `${REPOSITORY}/issues` },
    homepage: `${REPOSITORY}#readme`,
  };
}
