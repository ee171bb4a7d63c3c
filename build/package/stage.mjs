// The files of a package in a folder of their own, with the binaries of one platform: of the extension what package.json's
// `files` list, of the command line the part of it that runs without an editor.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyFiles, copyProduct, manifestOf, repository } from '../../test/host/product.mjs';
import { REPOSITORY } from './owner.mjs';
import { keepWorkingLinks } from './pages.mjs';

/** Packagers leave out a folder of modules at the top; here Node finds them beside the bundles all the same. */
const MODULES = 'dist/node_modules';
const BINARIES = 'onnxruntime-node/bin/napi-v6';

/** What the manifest is for development alone. */
const OF_DEVELOPMENT = [
  'devDependencies',
  'dependencies',
  'scripts',
  'files',
  'private',
  'overrides',
];

/** The files of the command line, besides the modules that it loads. */
export const COMMAND_LINE = [
  'dist/cli.js',
  'dist/mcpSdk.js',
  'dist/runtime.js',
  'dist/*.txt',
  'models/**',
  'docs/**',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
];

/**
 * Writes the files of an extension's package into an empty folder.
 * @param {import('./targets.mjs').Target} target
 * @param {string} folder
 */
export function stage(target, folder) {
  empty(folder);
  copyProduct(repository, folder);
  // Otherwise the packager makes links to the repository of them.
  if (!REPOSITORY) keepWorkingLinks(folder);
  moveModules(target, folder);
  const own = readManifest();
  for (const name of OF_DEVELOPMENT) delete own[name];
  writeManifest(folder, { ...own, ...links() });
}

/**
 * The same of an npm package of the command line. It depends on nothing: a dependency with a script that downloads, as ONNX
 * Runtime has one, would not install offline.
 * @param {import('./targets.mjs').Target} target
 * @param {string} folder
 */
export function stageCommandLine(target, folder) {
  empty(folder);
  const modules = (manifestOf(repository).files ?? []).filter(file =>
    file.startsWith('node_modules/'),
  );
  copyFiles(repository, folder, [...COMMAND_LINE, ...modules]);
  keepWorkingLinks(folder);
  moveModules(target, folder);
  const { version, license, keywords, engines } = readManifest();
  const [os, cpu] = target.binaries.length > 0 ? target.name.split('-') : [];
  writeManifest(folder, {
    name: 'tokenscope',
    version,
    description:
      'What a language model sees in a text: its tokens, their surprisal, exact next bytes. A command line and an MCP server.',
    license,
    keywords,
    bin: { tokenscope: 'dist/cli.js' },
    files: ['dist', 'models', 'docs', 'CHANGELOG.md'],
    engines: { node: engines.node },
    ...(os && { os: [os], cpu: [cpu] }),
    ...(os === 'linux' && { libc: ['glibc'] }),
    ...links(),
  });
}

/** @param {string} folder */
function empty(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/**
 * @param {import('./targets.mjs').Target} target
 * @param {string} folder
 */
function moveModules(target, folder) {
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
}

const readManifest = () => JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

/**
 * @param {string} folder
 * @param {object} manifest
 */
function writeManifest(folder, manifest) {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function links() {
  if (!REPOSITORY) return {};
  return {
    repository: { type: 'git', url: `${REPOSITORY}.git` },
    bugs: { url: `${REPOSITORY}/issues` },
    homepage: `${REPOSITORY}#readme`,
  };
}
