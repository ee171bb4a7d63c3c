// Creates a tokenizer from a tokenizer.json whose model is Unigram (Kudo 2018) or WordPiece (Schuster and Nakajima
// 2012).
import { encodeUtf8 } from '../../text/utf8';
import { byteOfToken, byteToken, idsOfBytes } from '../bpe/byteTokens';
import { occursInUtf8 } from '../bpe/missingBytes';
import { TokenizerError } from '../../errors';
import { quote, type Json } from '../../json';
import { LookupTokenizer, type FindPieces, type UnknownPieces } from '../lookup/lookupTokenizer';
import { readAddedTokens } from './readAddedTokens';
import { readVocabulary } from './readBpeModel';
import { withSpaces } from './metaspace';
import { refusal } from './pipelineSteps';
import type { Tokenizer } from '../tokenizer';
import { Vocabulary } from '../vocabulary';
import { wordPipelineOf } from './lookupPipeline';

/** How scores are read and added: as Rust `tokenizers` does it, or as SentencePiece does, in single precision. */
export type ScoreArithmetic = 'tokenizers' | 'sentencepiece';

/** The searches for pieces, injected because core imports no library. */
export interface PieceFinders {
  /** [id]; a piece's spelling in the text, undefined if it has none, and its score. */
  unigram(
    pieces: readonly (readonly [piece: string | undefined, score: number])[],
    by: ScoreArithmetic,
  ): FindPieces;
  /** Ids by spelling. Words of more than `longest` characters are unknown. */
  wordPiece(ids: ReadonlyMap<string, number>, prefix: string, longest: number): FindPieces;
}

/** The model type of the file; files without the field are recognised by other fields. */
export function lookupTypeOf(model: Json): 'Unigram' | 'WordPiece' | undefined {
  const { type, vocab, merges } = model;
  if (type === 'Unigram' || type === 'WordPiece') return type;
  if (type !== undefined || merges !== undefined) return undefined;
  if (Array.isArray(vocab)) return 'Unigram';
  return 'max_input_chars_per_word' in model ? 'WordPiece' : undefined;
}

/** For display. */
export const HOW_UNIGRAM =
  'The tokenizer splits the pretoken into the pieces whose scores have the highest sum.';

const VOCAB_FIELD = 'tokenizer.json: model.vocab';

export function lookupTokenizerOf(json: Json, model: Json, finders: PieceFinders): Tokenizer {
  const pipeline = wordPipelineOf(json);
  const textOf = spelling(pipeline.usesMetaspace);
  const isUnigram = lookupTypeOf(model) === 'Unigram';
  const { ids, tokens, ...found } = isUnigram
    ? unigram(model, pipeline.usesMetaspace)
    : wordPiece(model);
  const contents = new Map(ids);
  const added = readAddedTokens(json.added_tokens, contents, tokens, found.size, textOf);
  // What looks like a special token in a text is text.
  const names = new Set(added.filter(token => token.special).map(({ content }) => content));
  return new LookupTokenizer({
    ...pipeline,
    name: found.name,
    how: found.how,
    added,
    vocabulary: new Vocabulary(tokens, contents),
    find: found.finder(finders, piece => !names.has(piece)),
    unknown: found.unknown,
  });
}

interface LookupModel {
  readonly name: string;
  readonly how: string;
  readonly ids: ReadonlyMap<string, number>;
  readonly tokens: (Uint8Array | undefined)[];
  /** Entries of the vocabulary. */
  readonly size: number;
  readonly unknown: UnknownPieces;
  /** `isMet`: whether a piece can occur in a text. */
  finder(finders: PieceFinders, isMet: (piece: string) => boolean): FindPieces;
}

const spelling = (isSpaced: boolean) => (isSpaced ? withSpaces : (piece: string) => piece);

function unigram(model: Json, isSpaced: boolean): LookupModel {
  const textOf = spelling(isSpaced);
  const entries = readPieces(model.vocab);
  const ids = new Map(entries.map(([piece], id) => [piece, id]));
  const byteIds = model.byte_fallback === true ? idsOfBytes(ids, byteToken) : undefined;
  const falls = byteIds !== undefined;
  const byteOf = (piece: string) => (falls ? byteOfToken(piece) : undefined);
  const unknownId = model.unk_id;
  const unknownPiece = typeof unknownId === 'number' ? entries[unknownId]?.[0] : undefined;
  const spellsAll = byteIds?.every((id, byte) => id >= 0 || !occursInUtf8(byte));
  if (!spellsAll && unknownPiece === undefined) {
    throw refusal('model.unk_id', `is ${quote(unknownId)}; ${WITHOUT_UNKNOWN}`);
  }
  return {
    name: 'Unigram',
    how: HOW_UNIGRAM,
    ids,
    size: entries.length,
    tokens: entries.map(([piece]) => byteOf(piece) ?? encodeUtf8(textOf(piece))),
    unknown: {
      byteIds,
      token:
        unknownPiece === undefined
          ? undefined
          : { id: unknownId as number, bytes: textOf(unknownPiece) },
    },
    finder: (finders, isMet) =>
      finders.unigram(
        entries.map(([piece, score]) => {
          // If spaces are spelled U+2581, a literal space never occurs; neither do names of byte tokens and of the
          // unknown token.
          const isName = piece === unknownPiece || byteOf(piece) !== undefined;
          const met = isMet(piece) && !isName && !(isSpaced && piece.includes(' '));
          return [met ? textOf(piece) : undefined, score];
        }),
        'tokenizers',
      ),
  };
}

function readPieces(vocab: unknown): (readonly [piece: string, score: number])[] {
  if (!Array.isArray(vocab) || vocab.length === 0) {
    throw new TokenizerError(`${VOCAB_FIELD} is ${quote(vocab)}, not a list of pieces`);
  }
  return vocab.map((entry: unknown, id) => {
    const [piece, score] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof piece === 'string' && typeof score === 'number') return [piece, score];
    throw new TokenizerError(
      `${VOCAB_FIELD}: piece ${id} is ${quote(entry)}, not a string and a score`,
    );
  });
}

const WITHOUT_UNKNOWN =
  'the tokenizer needs a token for text that is not in its vocabulary, and the vocabulary has no such token';

/** The longest word, in characters, that Rust `tokenizers` looks up if the file does not say. */
const LONGEST_WORD = 100;

function wordPiece(model: Json): LookupModel {
  const { unk_token, continuing_subword_prefix, max_input_chars_per_word } = model;
  const prefix = typeof continuing_subword_prefix === 'string' ? continuing_subword_prefix : '##';
  const longest =
    typeof max_input_chars_per_word === 'number' ? max_input_chars_per_word : LONGEST_WORD;
  const { ids, tokens } = readVocabulary(model.vocab, VOCAB_FIELD, spelled =>
    encodeUtf8(isContinuing(spelled) ? spelled.slice(prefix.length) : spelled),
  );
  function isContinuing(spelled: string): boolean {
    return spelled.startsWith(prefix) && spelled.length > prefix.length;
  }
  const unknownId = typeof unk_token === 'string' ? ids.get(unk_token) : undefined;
  if (unknownId === undefined) {
    throw refusal('model.unk_token', `is ${quote(unk_token)}; ${WITHOUT_UNKNOWN}`);
  }
  return {
    name: 'WordPiece',
    how: `The tokenizer takes the longest entry of the vocabulary that begins the pretoken, then continues with entries that begin with ${quote(prefix)}. A pretoken that cannot be split this way is unknown as a whole.`,
    ids,
    tokens,
    size: ids.size,
    unknown: { byteIds: undefined, token: { id: unknownId, bytes: String(unk_token) } },
    finder: (finders, isMet) => {
      const met = [...ids].filter(([spelled]) => isMet(spelled) && spelled !== unk_token);
      return finders.wordPiece(new Map(met), prefix, longest);
    },
  };
}
