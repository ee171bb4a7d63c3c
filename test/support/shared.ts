// Real files beside the repository. If they are absent, the tests that need them are skipped.
import { existsSync, readFileSync } from 'node:fs';
import { loadTokenizer } from '../../src/core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import { pieceFinders } from '../../src/engine/models/pieceFinders';
import { readTokenizerFiles } from '../../src/engine/models/readTokenizerFiles';
import { shared } from './paths';

export { shared };
export const hasShared = existsSync(shared);

/** The tokenizer of a folder, in the repository or beside it. */
export function tokenizerOf(folder: string): Tokenizer {
  return loadTokenizer(readTokenizerFiles(folder), pieceFinders);
}

/** The tokenizer of a tokenizer.json with another name. */
export function tokenizerOfFile(path: string): Tokenizer {
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return loadTokenizer({ 'tokenizer.json': json }, pieceFinders);
}
