// Real files beside the repository. Where they are absent, the tests that need them skip by name.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer, type TokenizerFiles } from '../../src/core/tokenizer/load';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';

export const shared = join(import.meta.dirname, '../../../shared/data');
export const hasShared = existsSync(shared);

/** The tokenizer of a folder, in the repository or beside it. */
export function tokenizerOf(folder: string): Tokenizer {
  const files: TokenizerFiles = {};
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'vocab.json'] as const) {
    const path = join(folder, name);
    if (existsSync(path)) files[name] = JSON.parse(readFileSync(path, 'utf8'));
  }
  const merges = join(folder, 'merges.txt');
  if (existsSync(merges)) files['merges.txt'] = readFileSync(merges, 'utf8');
  return loadTokenizer(files);
}
