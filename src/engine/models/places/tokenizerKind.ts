// What a tokenizer is, without its vocabulary: whether it can be read, and whether it allows exact probabilities of bytes.
// Its steps are tried with a vocabulary of single bytes, so that the answer is that of the code that opens it.
import { InexactError, TokenizerError } from '../../../core/errors';
import { ByteRules } from '../../../core/exactBytes/byteRules';
import { isObject, type Json } from '../../../core/json';
import { byteCharacters } from '../../../core/tokenizer/bpe/byteLevel';
import { byteToken } from '../../../core/tokenizer/bpe/byteTokens';
import { tokenizerOfGguf } from '../../../core/tokenizer/files/gguf';
import { loadTokenizer } from '../../../core/tokenizer/files/loadTokenizer';
import { lookupTypeOf } from '../../../core/tokenizer/files/unigramWordPieceJson';
import type { Tokenizer } from '../../../core/tokenizer/tokenizer';
import { METASPACE } from '../../../core/text/characters';
import type { Metadata } from '../../gguf/metadata';
import { pieceFinders } from '../pieceFinders';

export interface TokenizerKind {
  /** Null where that cannot be told without its vocabulary. */
  readonly exactBytes: boolean | null;
  /** Why it cannot be read: without a period; empty where it can, as far as is seen. */
  readonly refused: string;
}

const UNKNOWN: TokenizerKind = { exactBytes: null, refused: '' };
const KEY = 'tokenizer.ggml.';
const byteTokens = Array.from({ length: 256 }, (_, byte) => byteToken(byte));

/** Of a GGUF file. Throws `UserError` where a key is of another type. */
export function kindOfGguf(metadata: Metadata): TokenizerKind {
  const model = metadata.string(`${KEY}model`);
  const tokens = model === 'llama' ? ['<unk>', ...byteTokens, METASPACE, 'a'] : [...byteCharacters];
  const types = model === 'llama' ? [2, ...byteTokens.map(() => 6), 1, 1] : undefined;
  return kindOf(() =>
    tokenizerOfGguf({
      model,
      pre: metadata.string(`${KEY}pre`),
      tokens: metadata.has(`${KEY}tokens`) ? tokens : [],
      scores: tokens.map(() => 0),
      types,
      merges: [],
      addSpacePrefix: metadata.boolean(`${KEY}add_space_prefix`),
      removeExtraSpaces: metadata.boolean(`${KEY}remove_extra_whitespaces`),
    }),
  );
}

/** `head`: what stands in a tokenizer.json before its vocabulary, or all of it. */
export function kindOfJson(head: string): TokenizerKind {
  const json = beforeVocabulary(head);
  if (!json || !isObject(json.model)) return UNKNOWN;
  if (lookupTypeOf(json.model)) return { exactBytes: false, refused: '' };
  const isByteLevel = head.includes('"ByteLevel"');
  const unknown = json.model.unk_token;
  const tokens = isByteLevel
    ? byteCharacters
    : [...(typeof unknown === 'string' ? [unknown] : []), ...byteTokens, METASPACE, 'a'];
  const vocab = Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));
  const model = { ...json.model, vocab, merges: [] };
  return kindOf(() => loadTokenizer({ 'tokenizer.json': { ...json, model } }, pieceFinders));
}

/** The steps of the file around a model with an empty vocabulary, which is a list or an object as its own is. */
function beforeVocabulary(head: string): Json | undefined {
  const model = head.search(/"model"\s*:\s*\{/);
  const vocab = model < 0 ? null : /"vocab"\s*:\s*([[{])/.exec(head.slice(model));
  if (!vocab) return undefined;
  const empty = vocab[1] === '[' ? '[]' : '{}';
  try {
    const json: unknown = JSON.parse(`${head.slice(0, model + vocab.index)}"vocab":${empty}}}`);
    return isObject(json) ? { ...json, added_tokens: [], post_processor: null } : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(load: () => Tokenizer): TokenizerKind {
  try {
    void new ByteRules(load());
    return { exactBytes: true, refused: '' };
  } catch (error) {
    if (error instanceof InexactError) return { exactBytes: false, refused: '' };
    if (error instanceof TokenizerError) return { exactBytes: null, refused: error.message };
    throw error;
  }
}
