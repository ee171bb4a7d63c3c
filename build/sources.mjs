// The sources of a folder, for the checks of the build that read them as text.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * @param {string} root
 * @param {string} folder below it
 * @returns {{ file: string, source: string }[]} each file by its path from the root
 */
export function sourcesIn(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => ({ file: relative(root, path), source: readFileSync(path, 'utf8') }));
}

/**
 * The line of an offset, from 1.
 * @param {string} source
 * @param {number} index
 */
export const lineAt = (source, index) => source.slice(0, index).split('\n').length;
