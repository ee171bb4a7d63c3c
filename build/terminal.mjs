// What files and names hold must not steer the terminal: one file of the command line writes, and spells what is hidden.
import { join } from 'node:path';
import { lineAt, sourcesIn } from './sources.mjs';

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
      `${file}:${lineAt(source, index)}: ${found} writes what it is given: use ${ALLOWED}`,
  );
}

/**
 * @param {string} root
 * @returns {string[]}
 */
export function terminalErrorsIn(root) {
  return sourcesIn(root, FOLDER)
    .filter(({ file }) => file !== ALLOWED)
    .flatMap(({ file, source }) => terminalErrors(file, source));
}
