// Makes a tokenizer of a folder's files. What they ask for is done as Rust `tokenizers` does it, or refused
// by name; nothing is guessed.
import { TokenizerError } from './error';
import { isObject, type Json } from './json';
import { tokenizerJsonOf } from './legacy';
import type { Tokenizer } from './tokenizer';
import { tokenizerOfJson } from './tokenizerJson';

export { TokenizerError };

/** By name: JSON as parsed, merges.txt as text; undefined where there is no such file. */
export interface TokenizerFiles {
  'tokenizer.json'?: unknown;
  'tokenizer_config.json'?: unknown;
  'vocab.json'?: unknown;
  'merges.txt'?: string;
}

/** Throws `TokenizerError`, which names file and field. Uses tokenizer.json where there is one. */
export function loadTokenizer(files: TokenizerFiles): Tokenizer {
  const json = files['tokenizer.json'];
  if (json !== undefined) {
    if (!isObject(json)) throw new TokenizerError('tokenizer.json: is not an object');
    const { model } = json;
    if (!isObject(model)) throw new TokenizerError('tokenizer.json: model is missing');
    return tokenizerOfJson(json, model, {
      vocab: 'tokenizer.json: model.vocab',
      merges: 'tokenizer.json: model.merges',
    });
  }
  const vocab = files['vocab.json'];
  const merges = files['merges.txt'];
  if (vocab === undefined && merges === undefined) {
    throw new TokenizerError('There is no tokenizer.json, and no vocab.json with a merges.txt');
  }
  if (!isObject(vocab) || merges === undefined) {
    const missing =
      merges === undefined
        ? 'merges.txt: is missing beside vocab.json'
        : 'vocab.json: is no object';
    throw new TokenizerError(`${missing}; the two are used together, or a tokenizer.json instead`);
  }
  const made = tokenizerJsonOf(vocab, merges, files['tokenizer_config.json']);
  return tokenizerOfJson(made, made.model as Json, { vocab: 'vocab.json', merges: 'merges.txt' });
}
