// Creates a tokenizer from the files of a folder. Every step that they specify is either done as in Rust `tokenizers`
// or refused by name; nothing is guessed.
import { TokenizerError } from '../../errors';
import { isObject, type Json } from '../../json';
import { addedTokensOfConfig } from './configTokens';
import { tokenizerJsonOf } from './vocabAndMerges';
import { lookupTokenizerOf, lookupTypeOf, type PieceFinders } from './unigramWordPieceJson';
import { tokenizerOfBin } from './llama2c';
import { tokenizerOfSentencePiece } from './sentencePiece';
import { tokenizerOfRanks, type RanksFile } from './tiktoken';
import type { Tokenizer } from '../tokenizer';
import { tokenizerOfJson } from './tokenizerJson';

export { TokenizerError };

/** Keyed by file name: parsed JSON; undefined if there is no such file. */
export interface TokenizerFiles {
  'tokenizer.json'?: unknown;
  'tokenizer_config.json'?: unknown;
  'vocab.json'?: unknown;
  'merges.txt'?: string;
  /** NAME.tiktoken, or a tokenizer.model of that kind. */
  ranks?: RanksFile;
  /** A SentencePiece model. */
  sentencePiece?: { readonly name: string; readonly bytes: Uint8Array };
  /** tokenizer.bin, or whatever its name is */
  bin?: { readonly name: string; readonly bytes: Uint8Array };
  /** Names of other files that look like a tokenizer. */
  others?: readonly string[];
}

/**
 * Throws `TokenizerError`, which names the file and the field. If there are several tokenizers, the first in the order
 * above is used.
 */
export function loadTokenizer(files: TokenizerFiles, finders?: PieceFinders): Tokenizer {
  const json = files['tokenizer.json'];
  if (json !== undefined) {
    if (!isObject(json)) throw new TokenizerError('tokenizer.json is not a JSON object');
    const { model } = json;
    if (!isObject(model)) throw new TokenizerError('tokenizer.json has no "model"');
    const whole = withConfigTokens(json, files['tokenizer_config.json']);
    if (finders && lookupTypeOf(model)) return lookupTokenizerOf(whole, model, finders);
    return tokenizerOfJson(whole, model, {
      vocab: 'tokenizer.json: model.vocab',
      merges: 'tokenizer.json: model.merges',
    });
  }
  const vocab = files['vocab.json'];
  const merges = files['merges.txt'];
  if (vocab === undefined && merges === undefined) {
    if (files.ranks) return tokenizerOfRanks(files.ranks);
    if (files.sentencePiece) {
      const { name, bytes } = files.sentencePiece;
      const extra = addedTokensOfConfig(files['tokenizer_config.json']);
      return tokenizerOfSentencePiece(name, bytes, extra, finders);
    }
    if (files.bin) return tokenizerOfBin(files.bin.name, files.bin.bytes);
    throw missing(files.others ?? []);
  }
  if (!isObject(vocab) || merges === undefined) {
    const problem =
      merges === undefined
        ? 'merges.txt is missing beside vocab.json'
        : 'vocab.json is not a JSON object';
    throw new TokenizerError(
      `${problem}. The two are needed together, or a tokenizer.json instead`,
    );
  }
  const made = tokenizerJsonOf(vocab, merges, files['tokenizer_config.json']);
  return tokenizerOfJson(made, made.model as Json, { vocab: 'vocab.json', merges: 'merges.txt' });
}

/** With the added tokens of tokenizer_config.json after its own. */
function withConfigTokens(json: Json, config: unknown): Json {
  const more = addedTokensOfConfig(config);
  const own = json.added_tokens ?? [];
  return more.length > 0 && Array.isArray(own)
    ? { ...json, added_tokens: [...(own as unknown[]), ...more] }
    : json;
}

function missing(others: readonly string[]): TokenizerError {
  const [other] = others;
  if (other === undefined) {
    return new TokenizerError(
      'There is no tokenizer.json, vocab.json with merges.txt, .tiktoken file, tokenizer.model or tokenizer.bin',
    );
  }
  return new TokenizerError(
    `${other}: files of this kind are not supported. Put a tokenizer.json beside it; ` +
      '`AutoTokenizer.from_pretrained(...).save_pretrained(...)` of the transformers library writes one',
  );
}
