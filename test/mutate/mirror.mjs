// Which tests are asked about a source: those of the same folder in test/, which mirrors the sources.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from '../host/product.mjs';

/** What other folders' tests are about. */
const ALSO = new Map([
  ['src/core/tokenizer', ['test/core/tokenizer/files/families.test.ts']],
  [
    'src/core/tokenizer/files',
    ['test/core/tokenizer/lookup/lookupTokenizer.test.ts', 'test/core/tokenizer/tokenizer.test.ts'],
  ],
  [
    'src/core/tokenizer/normalize',
    [
      'test/core/tokenizer/files/families.test.ts',
      'test/core/tokenizer/files/sentencePiece.test.ts',
      'test/core/tokenizer/lookup/lookupTokenizer.test.ts',
    ],
  ],
  [
    'src/core/tokenizer/patterns',
    [
      'test/core/tokenizer/golden.test.ts',
      'test/core/tokenizer/files/families.test.ts',
      'test/core/tokenizer/files/tiktoken.test.ts',
    ],
  ],
  [
    'src/core/tokenizer/unicode',
    [
      'test/core/tokenizer/golden.test.ts',
      'test/core/tokenizer/files/families.test.ts',
      'test/core/tokenizer/lookup/lookupTokenizer.test.ts',
    ],
  ],
  [
    'src/core/traces/formats',
    ['test/core/traces/alignLogprobs.test.ts', 'test/core/traces/assembleTrace.test.ts'],
  ],
  ['src/core/traces/rows', ['test/core/traces/formats/formats.test.ts']],
  ['src/engine/comparison', ['test/engine/server.test.ts']],
  ['src/engine/documents', ['test/engine/server.test.ts']],
  ['src/engine/scoring', ['test/engine/server.test.ts']],
  ['src/engine/onnx/build', ['test/engine/models/architectures.test.ts']],
  ['src/engine/onnx/graph', ['test/engine/onnx/rewrite/rewrite.test.ts']],
  [
    'src/engine/onnx/rewrite',
    ['test/engine/onnx/session/forwardTree.test.ts', 'test/engine/onnx/session/saeSession.test.ts'],
  ],
  ['src/engine/gguf/architecture', ['test/engine/models/ggufModels.test.ts']],
  [
    'src/engine/models/sources/server',
    ['test/servers/kinds.test.ts', 'test/servers/kills.test.ts'],
  ],
  ['webview/parts', ['test/webview/tabs/features.test.ts', 'test/webview/tabs/tokens.test.ts']],
  ['webview/tabs', ['test/webview/inspector.test.ts']],
]);

/** @param {string} path */
export const isFolder = path => statSync(join(repository, path)).isDirectory();

/** @param {string} path */
export const withoutSlash = path => path.replace(/\/+$/, '');

/**
 * All sources of a folder, or the file itself.
 * @param {string} path
 * @returns {string[]}
 */
export const sourcesOf = path =>
  isFolder(path)
    ? readdirSync(join(repository, path), { recursive: true, encoding: 'utf8' })
        .map(name => `${withoutSlash(path)}/${name.replaceAll('\\', '/')}`)
        .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
        .sort()
    : [path];

/**
 * Whether a source runs without VS Code: `import type` is no code.
 * @param {string} source
 */
export const isPure = source =>
  !/^import (?!type )[^;]* from 'vscode';/m.test(readFileSync(join(repository, source), 'utf8'));

/**
 * Globs of the tests of the files of a source folder: the same folder's in test/, or of the nearest one above that has
 * any.
 * @param {string} folder
 * @returns {string[]}
 */
export function testsOf(folder) {
  const also = ALSO.get(folder) ?? [];
  const mirror = `test/${folder.replace(/^src\//, '')}`;
  const path = join(repository, mirror);
  if (existsSync(path) && readdirSync(path).some(name => name.endsWith('.test.ts')))
    return [`${mirror}/*.test.ts`, ...also];
  return also.length > 0 || !folder.includes('/') ? also : testsOf(dirname(folder));
}

/**
 * Globs of the tests of a path: for a folder also those of its folders.
 * @param {string} path
 * @returns {string[]}
 */
export const testsOfPath = path =>
  isFolder(path)
    ? [...new Set(sourcesOf(path).flatMap(source => testsOf(dirname(source))))]
    : testsOf(dirname(path));
