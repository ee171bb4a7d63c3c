// Creates a tokenizer from the metadata of a GGUF file: byte-level BPE (`gpt2`) with the merges that it lists, or
// SentencePiece BPE (`llama`), whose merges follow from scores.
import { TokenizerError } from '../../errors';
import { quote, type Json } from '../../json';
import type { Tokenizer } from '../tokenizer';
import { ggufSplits } from './ggufSplits';
import { withMetaspaces } from './metaspace';
import { tokenizerOfPieces } from './sentencePiece';
import type { PieceType } from './sentencePieceProto';
import { tokenizerOfJson } from './tokenizerJson';

/** The keys of `tokenizer.ggml`, undefined where they are absent. */
export interface GgufVocabulary {
  readonly model: string | undefined;
  readonly pre: string | undefined;
  /** [id] */
  readonly tokens: readonly string[];
  /** [id] */
  readonly scores: ArrayLike<number> | undefined;
  /** [id]; `llama_token_type`. */
  readonly types: ArrayLike<number> | undefined;
  /** Of the model's table of embeddings; undefined where the file has none. */
  readonly rows?: number | undefined;
  readonly merges: readonly string[] | undefined;
  readonly addSpacePrefix: boolean | undefined;
  readonly removeExtraSpaces: boolean | undefined;
}

const OTHER_MODELS = new Map([
  ['bert', 'WordPiece'],
  ['t5', 'Unigram'],
  ['rwkv', 'RWKV'],
  ['plamo2', 'PLaMo 2'],
  ['gemma4', 'Gemma 4'],
]);

/** Throws `TokenizerError` that names the key. */
export function tokenizerOfGguf(vocabulary: GgufVocabulary): Tokenizer {
  const { model, tokens, scores, types } = vocabulary;
  if (tokens.length === 0)
    throw new TokenizerError('tokenizer.ggml.tokens is missing: the file has no tokenizer');
  for (const [key, list] of Object.entries({ scores, token_type: types })) {
    if (list && list.length < tokens.length)
      throw new TokenizerError(
        `tokenizer.ggml.${key} has ${list.length} values for ${tokens.length} tokens`,
      );
  }
  if (model === 'gpt2') return byteLevel(vocabulary);
  if (model === 'llama') return sentencePiece(vocabulary);
  const kind = OTHER_MODELS.get(model ?? '');
  throw new TokenizerError(
    `tokenizer.ggml.model is ${quote(model)}${kind ? ` (${kind})` : ''}; only gpt2 and llama are supported`,
  );
}

const TYPES: readonly (PieceType | undefined)[] = [
  'normal', // undefined
  'normal',
  'unknown',
  'control',
  'user-defined',
  'unused',
  'byte',
];

/** A token that no text becomes: padding of the vocabulary, which has names such as "[PAD7]". */
function isSpecial(type: PieceType): boolean {
  return type === 'unknown' || type === 'control' || type === 'unused';
}

function typeOf({ types, rows = Infinity }: GgufVocabulary, id: number): PieceType {
  const number = types?.[id] ?? 1;
  const type = TYPES[number];
  // Ollama keeps the token for images of a Gemma 3 that reads none: no text becomes it.
  if (type === 'user-defined' && id >= rows) return 'control';
  if (type) return type;
  throw new TokenizerError(`tokenizer.ggml.token_type: token ${id} has the unknown type ${number}`);
}

function byteLevel(vocabulary: GgufVocabulary): Tokenizer {
  const { pre, tokens, merges } = vocabulary;
  const { preTokenizer, normalizer, ignoresMerges } = ggufSplits(pre);
  const vocab = new Map<string, number>();
  const added: Json[] = [];
  tokens.forEach((token, id) => {
    const content = named(token, id);
    const other = vocab.get(content);
    if (other !== undefined)
      throw new TokenizerError(
        `tokenizer.ggml.tokens: tokens ${other} and ${id} are both ${quote(content)}`,
      );
    vocab.set(content, id);
    const type = typeOf(vocabulary, id);
    if (isSpecial(type)) added.push({ id, content, special: true, normalized: false });
    if (type === 'user-defined') added.push({ id, content, special: false, normalized: false });
  });
  const model = { type: 'BPE', vocab, merges, ignore_merges: ignoresMerges };
  return tokenizerOfJson({ normalizer, pre_tokenizer: preTokenizer, added_tokens: added }, model, {
    vocab: 'tokenizer.ggml.tokens',
    merges: 'tokenizer.ggml.merges',
  });
}

function sentencePiece(vocabulary: GgufVocabulary): Tokenizer {
  const { tokens, scores, addSpacePrefix, removeExtraSpaces } = vocabulary;
  if (!scores) throw new TokenizerError('tokenizer.ggml.scores is missing');
  const pieces = tokens.map((token, id) => {
    const type = typeOf(vocabulary, id);
    const piece = named(token, id);
    // The converter spells the spaces of these as spaces.
    if (type === 'user-defined') return { piece: withMetaspaces(piece), score: scores[id]!, type };
    return { piece, score: scores[id]!, type: type === 'unused' ? ('control' as const) : type };
  });
  const model = {
    pieces,
    kind: 'BPE',
    byteFallback: true,
    spaceIsSuffix: false,
    normalizer: '',
    charsmap: new Uint8Array(),
    addDummyPrefix: addSpacePrefix ?? true,
    removeExtraSpaces: removeExtraSpaces ?? false,
    escapesSpaces: true,
  };
  return tokenizerOfPieces('tokenizer.ggml.tokens', model, [], undefined);
}

const named = (token: string, id: number) => token || `[EMPTY_${id}]`;
