// The extension as its users get it: the files of package.json's `files` and nothing else.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostError } from './progress.mjs';

export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** @typedef {{ name: string, publisher: string, version: string, main: string, files?: string[], engines: { vscode: string }, contributes?: { commands?: { command: string }[] } }} Manifest */

/**
 * @param {string} extension
 * @returns {Manifest}
 */
export const manifestOf = extension =>
  JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'));

/**
 * Copies the extension, built before, to a folder: what `files` of its package.json names, or all of an unpacked package,
 * which has no such list.
 * @param {string} extension
 * @param {string} target
 */
export function copyProduct(extension, target) {
  const { files, main } = manifestOf(extension);
  copyFiles(extension, target, files ? ['package.json', ...files] : readdirSync(extension));
  if (!existsSync(join(target, main)))
    throw new HostError(`${main} is not built: run \`npm run build\`.`);
}

/**
 * Copies what is there of the files that patterns name.
 * @param {string} source
 * @param {string} target
 * @param {readonly string[]} patterns as those of `files`
 */
export function copyFiles(source, target, patterns) {
  for (const pattern of patterns) {
    for (const path of pathsOf(source, pattern)) {
      if (!existsSync(join(source, path))) continue;
      mkdirSync(dirname(join(target, path)), { recursive: true });
      cpSync(join(source, path), join(target, path), { recursive: true });
    }
  }
}

/**
 * A pattern is a path, `folder/**` or `folder/*.ending`: enough to say what the product is made of.
 * @param {string} extension
 * @param {string} pattern
 */
function pathsOf(extension, pattern) {
  const path = pattern.replace(/\/\*\*$/, '');
  if (!path.includes('*')) return [path];
  const folder = dirname(path);
  const ending = basename(path).replace(/^\*/, '');
  if (/\*/.test(folder + ending))
    throw new Error(`"files" of package.json: no pattern like ${pattern}`);
  if (!existsSync(join(extension, folder))) return [];
  return readdirSync(join(extension, folder))
    .filter(name => name.endsWith(ending))
    .map(name => join(folder, name));
}

/**
 * The folder name that VS Code gives an installed extension.
 * @param {string} extension
 */
export function installedName(extension) {
  const { publisher, name, version } = manifestOf(extension);
  return `${publisher}.${name}-${version}`;
}
