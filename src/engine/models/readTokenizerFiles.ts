// Reads the files that a tokenizer can be made of: those of a folder, or one of any kind alone.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TokenizerFiles } from '../../core/tokenizer/files/loadTokenizer';
import { isRanks } from '../../core/tokenizer/files/tiktoken';
import { UserError } from '../../core/errors';
import { readPart } from '../files/regularFile';
import { readJson } from './readJson';

const JSON_FILES = ['tokenizer.json', 'tokenizer_config.json', 'vocab.json'] as const;
const MERGES = 'merges.txt';
/** SentencePiece models, and rank files under the same names: tokenizer.model, spiece.model, tokenizer.model.v3. */
const MODEL = /\.model(\.v\d+m?\d*)?$/;
/**
 * The ids of these models are not those of the pieces in the file: the transformers library puts other tokens before
 * them.
 */
const SHIFTED = 'sentencepiece.bpe.model';

/** `encoding` says which one a ranks file is of, where its name does not. Throws `UserError`. */
export function readTokenizerFiles(folder: string, encoding?: unknown): TokenizerFiles {
  const files: TokenizerFiles = {};
  for (const name of JSON_FILES) {
    const json = readJson(folder, name);
    if (json !== undefined) files[name] = json;
  }
  const names = readdirSync(folder).sort();
  if (names.includes(MERGES)) files[MERGES] = textOf(join(folder, MERGES));
  // Large files are read only if there is nothing better.
  if (files['tokenizer.json'] ?? files['vocab.json'] ?? files[MERGES]) return files;
  const ranks = names.find(name => name.endsWith('.tiktoken'));
  if (ranks !== undefined) Object.assign(files, ranksOf(folder, ranks, encoding));
  const model = modelAmong(folder, names);
  if (model !== undefined) Object.assign(files, modelOf(folder, model, encoding));
  const bin = names.find(name => /^tok(enizer|\d+)\.bin$/.test(name));
  if (bin !== undefined) files.bin = { name: bin, bytes: readPart(join(folder, bin)) };
  files.others = names.filter(name => /^vocab\.txt$|^tekken\.json$/.test(name) || name === SHIFTED);
  return files;
}

/** Of one file. Throws `UserError` where it is none of a tokenizer. */
export function readTokenizerFile(path: string): TokenizerFiles {
  const [folder, name] = [dirname(path), basename(path)];
  if (name === 'vocab.json' || name === MERGES) {
    // The two files of one tokenizer, which belong together.
    const { 'tokenizer.json': _, ...files } = readTokenizerFiles(folder);
    return files;
  }
  const encoding = () => readJson(folder, 'tokenscope.json')?.encoding;
  if (name.endsWith('.tiktoken')) return ranksOf(folder, name, encoding());
  if (MODEL.test(name)) return modelOf(folder, name, encoding());
  if (name.endsWith('.bin')) return { bin: { name, bytes: readPart(path) } };
  if (name === 'tokenizer.json') {
    const config = readJson(folder, 'tokenizer_config.json');
    return { 'tokenizer.json': readJson(folder, name), 'tokenizer_config.json': config };
  }
  if (name.endsWith('.json')) return { 'tokenizer.json': readJson(folder, name) };
  throw new UserError(
    `${path} is not a supported tokenizer. Choose a folder, a tokenizer.json, a .tiktoken file, a tokenizer.model or a tokenizer.bin.`,
  );
}

function ranksOf(folder: string, name: string, encoding: unknown): TokenizerFiles {
  const text = textOf(join(folder, name));
  const config = readJson(folder, 'config.json') ?? readJson(folder, 'params.json');
  return { ranks: { name, text, encoding, config } };
}

function modelOf(folder: string, name: string, encoding: unknown): TokenizerFiles {
  const bytes = readPart(join(folder, name));
  if (isRanks(bytes)) return ranksOf(folder, name, encoding);
  const files: TokenizerFiles = { sentencePiece: { name, bytes } };
  if (name === 'tokenizer.model' && existsSync(join(folder, 'tokenizer_config.json'))) {
    files['tokenizer_config.json'] = readJson(folder, 'tokenizer_config.json');
  }
  return files;
}

/** tokenizer.model, or the only one. */
function modelAmong(folder: string, names: readonly string[]): string | undefined {
  const found = names.filter(name => MODEL.test(name) && name !== SHIFTED);
  if (found.length < 2 || found.includes('tokenizer.model')) {
    return found.includes('tokenizer.model') ? 'tokenizer.model' : found[0];
  }
  throw new UserError(
    `${folder} has several tokenizers: ${found.join(', ')}. Choose one of these files instead of the folder.`,
  );
}

function textOf(path: string): string {
  return readPart(path).toString('utf8');
}
