// The extension as its users get it: the files of package.json's `files` and nothing else, with the
// native libraries of one platform.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostError } from './progress.mjs';

export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** @typedef {{ name: string, publisher: string, version: string, files?: string[], engines: { vscode: string }, contributes?: { commands?: { command: string }[] } }} Manifest */

/**
 * @param {string} extension
 * @returns {Manifest}
 */
export const manifestOf = extension =>
  JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'));

/**
 * Whether a path belongs in the package for a platform: source maps and other platforms' natives do not.
 * @param {string} path relative to the extension
 * @param {string} platform
 * @param {string} arch
 */
function isForPlatform(path, platform, arch) {
  const [, system, cpu] = /[/\\]napi-v\d+[/\\]([^/\\]+)(?:[/\\]([^/\\]+))?/.exec(path) ?? [];
  return (!system || system === platform) && (!cpu || cpu === arch) && !path.endsWith('.map');
}

/**
 * Copies the extension, built before, to a folder.
 * @param {string} extension
 * @param {string} target
 */
export function copyProduct(extension, target, platform = process.platform, arch = process.arch) {
  const { files } = manifestOf(extension);
  if (!files)
    throw new HostError(
      `${join(extension, 'package.json')} has no "files": nothing says what the product is made of.`,
    );
  for (const path of ['package.json', ...files]) {
    const source = join(extension, path);
    if (!existsSync(source)) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(source, join(target, path), {
      recursive: true,
      filter: file => isForPlatform(file.slice(extension.length), platform, arch),
    });
  }
  const { main } = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'));
  if (!existsSync(join(target, main)))
    throw new HostError(`${main} is not built: run \`npm run build\`.`);
}

/**
 * The folder name that VS Code gives an installed extension.
 * @param {string} extension
 */
export function installedName(extension) {
  const { publisher, name, version } = manifestOf(extension);
  return `${publisher}.${name}-${version}`;
}
