// Messages, lists, input boxes and progress render links and icons in their texts. One folder shows them, as plain text;
// elsewhere VS Code's own functions are refused.
import { join } from 'node:path';
import { lineAt, sourcesIn } from './sources.mjs';

const FOLDER = 'src/editor';
const ALLOWED = join(FOLDER, 'ui');
const DIRECT =
  /\bwindow\s*(?:\?\.|\.|\[)\s*['"]?(show(?:Information|Warning|Error)Message|withProgress|setStatusBarMessage|showQuickPick|createQuickPick|showInputBox|createInputBox|showWorkspaceFolderPick)\b/g;
/** A name for `window`, or for its functions, by which they would not be found. */
const ALIAS = /=\s*(?:vscode\s*\.\s*)?window\s*[;,\n]|\bwindow\s+as\b/g;

/**
 * @param {string} file path from the root
 * @param {string} source
 * @returns {string[]} one error for each place
 */
export function messageErrors(file, source) {
  const direct = [...source.matchAll(DIRECT)].map(
    ({ 1: name, index }) =>
      `${file}:${lineAt(source, index)}: window.${name} shows links in its text: use src/editor/ui`,
  );
  const aliases = [...source.matchAll(ALIAS)].map(
    ({ index }) => `${file}:${lineAt(source, index)}: window has no other name here`,
  );
  return [...direct, ...aliases];
}

/**
 * @param {string} root
 * @returns {string[]}
 */
export function messageErrorsIn(root) {
  return sourcesIn(root, FOLDER)
    .filter(({ file }) => !file.startsWith(ALLOWED))
    .flatMap(({ file, source }) => messageErrors(file, source));
}
