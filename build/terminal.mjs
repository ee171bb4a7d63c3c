// What files and names hold must not steer the terminal: one file of the command line writes, and spells what is hidden.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const FOLDER = 'src/cli';
const ALLOWED = join(FOLDER, 'terminal.ts');
/** Writing by another way. That a stream is handed on, or listened to, is none. */
const DIRECT =
  /\bconsole\s*\.|\bprocess\s*\.\s*std(?:out|err)\s*\.\s*(?:write|end)\b|\bwriteSync\b/g;

/**
 * @param {string} file path from the root
 * @param {string} source
 * @returns {string[]} one error for each place
 */
export function terminalErrors(file, source) {
  return [...source.matchAll(DIRECT)].map(
    ({ 0: found, index }) =>
      `${file}:${source.slice(0, index).split('\n').length}: ${found} writes what it is given: use ${ALLOWED}`,
  );
}

/**
 * @param {string} root
 * @returns {string[]}
 */
export function terminalErrorsIn(root) {
  return readdirSync(join(root, FOLDER), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .filter(file => file !== ALLOWED)
    .flatMap(file => terminalErrors(file, readFileSync(join(root, file), 'utf8')));
}
