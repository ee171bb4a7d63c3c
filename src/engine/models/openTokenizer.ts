// Opens a tokenizer alone: of a folder, or of one file of any kind that a folder's tokenizer is made of.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { TokenizerFiles } from '../../core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { UserError } from '../../core/errors';
import type { TokenizerInfo } from '../../protocol/compare';
import { readPart } from '../files/regularFile';
import { readJson } from './readJson';
import { readModelFolder, tokenizerOf, type ModelFolder } from './modelFolder';

export interface OpenTokenizer {
  /** Where it is a folder's. */
  readonly folder: ModelFolder | undefined;
  readonly tokenizer: Tokenizer;
  readonly info: TokenizerInfo;
}

/** Throws `UserError` that names the file and what is wrong with it. */
export function openTokenizerAt(given: string): OpenTokenizer {
  const path = resolve(given);
  if (!existsSync(path)) throw new UserError(`Tokenizer not found: ${path}`);
  const isFolder = statSync(path).isDirectory();
  const file = basename(path);
  const folder = dirname(path);
  // The two files of one tokenizer, which belong together.
  if (file === 'vocab.json' || file === 'merges.txt') return openTokenizerAt(folder);
  const opened = isFolder ? readModelFolder(path) : undefined;
  const tokenizer = opened?.tokenizer ?? tokenizerOf(filesOf(folder, file), folder, file);
  const name = file === 'tokenizer.json' ? basename(folder) : file;
  const { name: kind, vocabSize } = tokenizer;
  const hasModel = opened?.weights !== undefined;
  return { folder: opened, tokenizer, info: { name, path, tokenizer: kind, vocabSize, hasModel } };
}

function filesOf(folder: string, name: string): TokenizerFiles {
  const path = resolve(folder, name);
  if (name.endsWith('.tiktoken')) {
    const encoding = readJson(folder, 'tokenscope.json')?.encoding;
    return { ranks: { name, text: readPart(path).toString('utf8'), encoding } };
  }
  if (name.endsWith('.bin')) return { bin: { name, bytes: readPart(path) } };
  if (name.endsWith('.json')) return { 'tokenizer.json': readJson(folder, name) };
  throw new UserError(
    `${path} is no tokenizer that can be read: choose a folder, a tokenizer.json, a .tiktoken file or a tokenizer.bin.`,
  );
}
