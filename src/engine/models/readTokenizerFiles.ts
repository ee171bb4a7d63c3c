// Reads the files of a folder that a tokenizer can be made of.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TokenizerFiles } from '../../core/tokenizer/files/loadTokenizer';
import { readPart } from '../files/regularFile';
import { readJson } from './readJson';

const JSON_FILES = ['tokenizer.json', 'tokenizer_config.json', 'vocab.json'] as const;
const MERGES = 'merges.txt';

/** `encoding` says which one a ranks file is of, where its name does not. Throws `UserError`. */
export function readTokenizerFiles(folder: string, encoding?: unknown): TokenizerFiles {
  const files: TokenizerFiles = {};
  for (const name of JSON_FILES) {
    const json = readJson(folder, name);
    if (json !== undefined) files[name] = json;
  }
  const names = readdirSync(folder).sort();
  const text = (name: string) => readPart(join(folder, name)).toString('utf8');
  if (names.includes(MERGES)) files[MERGES] = text(MERGES);
  // Large files are read only if there is nothing better.
  if (files['tokenizer.json'] ?? files['vocab.json'] ?? files[MERGES]) return files;
  const ranks = names.find(name => name.endsWith('.tiktoken'));
  if (ranks !== undefined) files.ranks = { name: ranks, text: text(ranks), encoding };
  const bin = names.find(name => /^tok(enizer|\d+)\.bin$/.test(name));
  if (bin !== undefined) files.bin = { name: bin, bytes: readPart(join(folder, bin)) };
  files.others = names.filter(name =>
    /\.model(\.v\d+m?\d*)?$|^vocab\.txt$|^tekken\.json$/.test(name),
  );
  return files;
}
