// Opens a tokenizer alone: of a folder, or of one file of any kind that a folder's tokenizer is made of.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { UserError } from '../../core/errors';
import type { TokenizerInfo } from '../../protocol/compare';
import { nameOfTokenizer, readModelFolder, tokenizerOf, type ModelFolder } from './modelFolder';
import { isServerAddress } from '../../servers/address';
import { readModel } from './readModel';
import { readTokenizerFile } from './readTokenizerFiles';
import { isGgufFile } from './sources/gguf/ggufModel';

export interface OpenTokenizer {
  /** Where it is a model's. */
  readonly folder: ModelFolder | undefined;
  readonly tokenizer: Tokenizer;
  readonly info: TokenizerInfo;
}

/** Throws `UserError` that names the file and what is wrong with it. */
export function openTokenizerAt(given: string, dtype?: string): OpenTokenizer {
  if (isServerAddress(given)) return ofModel(given, readModel(given));
  const path = resolve(given);
  if (!existsSync(path)) throw new UserError(`Tokenizer not found: ${path}`);
  const isModel = statSync(path).isDirectory() || isGgufFile(path);
  const opened = isModel ? readModelFolder(path, dtype) : undefined;
  const tokenizer =
    opened?.tokenizer ?? tokenizerOf(readTokenizerFile(path), dirname(path), basename(path));
  const name = nameOfTokenizer(path);
  const { name: kind, vocabSize } = tokenizer;
  const hasModel = opened?.weights !== undefined;
  return { folder: opened, tokenizer, info: { name, path, tokenizer: kind, vocabSize, hasModel } };
}

function ofModel(path: string, folder: ModelFolder): OpenTokenizer {
  const { tokenizer, name } = folder;
  const { name: kind, vocabSize } = tokenizer;
  const hasModel = folder.weights !== undefined;
  return { folder, tokenizer, info: { name, path, tokenizer: kind, vocabSize, hasModel } };
}
