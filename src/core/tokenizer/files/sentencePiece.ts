// Creates a tokenizer from a SentencePiece model, with the ids that the program `sentencepiece` gives.
import { CharacterAlphabet } from '../bpe/alphabet';
import { BpeTokenizer } from '../bpe/bpe';
import { byteOfToken, byteToken, idsOfBytes } from '../bpe/byteTokens';
import { Merger } from '../bpe/merger';
import { ScoredMerges, ranksOfScores } from '../bpe/scoredMerges';
import type { AddedToken, TakenToken } from '../addedTokens';
import { TokenizerError } from '../../errors';
import { quote, type Json } from '../../json';
import { UnknownCharacters } from '../lookup/unknownCharacters';
import { LookupTokenizer } from '../lookup/lookupTokenizer';
import { ReplacementTable } from '../normalize/precompiled';
import { sentencePieceNormalizer } from '../normalize/sentencePieceNormalizer';
import type { Rewrite } from '../normalize/rewrite';
import { encodeUtf8 } from '../../text/utf8';
import type { Tokenizer } from '../tokenizer';
import { Vocabulary } from '../vocabulary';
import { charactersOf } from './characters';
import { prependSpace, toSpaces, withSpaces } from './metaspace';
import { readSentencePieceModel, type SentencePieceModel } from './sentencePieceProto';
import { HOW_UNIGRAM, type PieceFinders } from './unigramWordPieceJson';

/** `extra`: added tokens of a tokenizer_config.json. Throws `TokenizerError` that names the file. */
export function tokenizerOfSentencePiece(
  name: string,
  file: Uint8Array,
  extra: readonly Json[],
  finders: PieceFinders | undefined,
): Tokenizer {
  return tokenizerOfPieces(name, readSentencePieceModel(name, file), extra, finders);
}

/** The same of what a file has said. `name` is for messages. */
export function tokenizerOfPieces(
  name: string,
  model: SentencePieceModel,
  extra: readonly Json[],
  finders: PieceFinders | undefined,
): Tokenizer {
  check(name, model);
  const parts = { ...commonParts(name, model, extra), ...normalizerOf(name, model) };
  if (model.kind === 'BPE') return bpe(name, model, parts);
  if (finders) return unigram(name, model, parts, finders);
  throw new TokenizerError(`${name} is a Unigram model, which is not available here`);
}

function check(
  name: string,
  { kind, spaceIsSuffix, escapesSpaces, pieces }: SentencePieceModel,
): void {
  const refuse = (what: string) => new TokenizerError(`${name} ${what}, which is not supported`);
  if (kind !== 'BPE' && kind !== 'Unigram') throw refuse(`is a ${kind} model`);
  if (spaceIsSuffix) throw refuse('has treat_whitespace_as_suffix set');
  if (!escapesSpaces) throw refuse('does not write spaces as U+2581 (escape_whitespaces)');
  const unused = kind === 'BPE' && pieces.find(({ type }) => type === 'unused');
  if (unused) throw refuse(`has the unused piece ${quote(unused.piece)} among its merges`);
}

interface CommonParts {
  readonly ids: ReadonlyMap<string, number>;
  readonly vocabulary: Vocabulary;
  readonly added: readonly AddedToken[];
  readonly unknown: TakenToken | undefined;
  readonly byteIds: Int32Array | undefined;
}

/** A literal space never occurs once text is normalised. */
const isMet = (piece: string) => piece !== '' && !piece.includes(' ');

const plain = { lstrip: false, rstrip: false, singleWord: false };

function commonParts(name: string, model: SentencePieceModel, extra: readonly Json[]): CommonParts {
  const tokens: (Uint8Array | undefined)[] = [];
  const contents = new Map<string, number>();
  const byName = new Map<string, number>();
  const added: AddedToken[] = [];
  let unknown: TakenToken | undefined;
  model.pieces.forEach(({ piece, type }, id) => {
    const text = withSpaces(piece);
    if (!contents.has(piece)) contents.set(piece, id);
    const byte = type === 'byte' ? byteOfToken(piece) : undefined;
    tokens[id] = byte ?? encodeUtf8(text);
    if (byte) byName.set(piece, id);
    if (type === 'unknown') unknown ??= { id, bytes: text };
    const isSpecial = type === 'control' || type === 'unknown';
    // Special tokens take no part in the search for them.
    if (isSpecial || (type === 'user-defined' && isMet(piece))) {
      added.push({
        id,
        content: text,
        bytes: text,
        special: isSpecial,
        normalized: !isSpecial,
        ...plain,
      });
    }
  });
  for (const { id, content, special } of extra as {
    id: number;
    content: string;
    special: unknown;
  }[]) {
    if (contents.has(content)) continue;
    if (special !== true || tokens[id]) {
      throw new TokenizerError(
        `tokenizer_config.json: the added token ${quote(content)} (id ${id}) is not in ${name}, and it is unknown how the ` +
          'two are combined. Put a tokenizer.json beside them; `save_pretrained` of the transformers library writes one',
      );
    }
    contents.set(content, id);
    tokens[id] = encodeUtf8(content);
    added.push({ id, content, bytes: content, special: true, normalized: false, ...plain });
  }
  const byteIds = model.byteFallback ? idsOfBytes(byName, byteToken) : undefined;
  return { ids: contents, vocabulary: new Vocabulary(tokens, contents), added, unknown, byteIds };
}

function normalizerOf(
  name: string,
  model: SentencePieceModel,
): { normalizer: string; normalizers: Rewrite[]; spellAdded: (content: string) => string } {
  const { charsmap, addDummyPrefix, removeExtraSpaces } = model;
  const spellAdded = (content: string) => content;
  const normalizer = model.normalizer === 'identity' ? 'none' : model.normalizer || 'none';
  if (charsmap.length === 0 && !removeExtraSpaces) {
    const normalizers = [...(addDummyPrefix ? [prependSpace] : []), toSpaces];
    return { normalizer, normalizers, spellAdded };
  }
  const table = charsmap.length > 0 ? ReplacementTable.of(charsmap) : undefined;
  if (charsmap.length > 0 && !table) {
    throw new TokenizerError(`${name}: precompiled_charsmap cannot be read`);
  }
  const symbols = model.pieces.filter(({ type, piece }) => type === 'user-defined' && piece !== '');
  const rules = {
    table,
    symbols: symbols.map(({ piece }) => piece),
    addDummyPrefix,
    removeExtraSpaces,
  };
  return { normalizer, normalizers: [sentencePieceNormalizer(rules)], spellAdded };
}

type Parts = CommonParts & ReturnType<typeof normalizerOf>;

function bpe(
  name: string,
  { pieces }: SentencePieceModel,
  { ids: _, byteIds, unknown, ...parts }: Parts,
): Tokenizer {
  const ids = new Map<string, number>();
  pieces.forEach(({ piece, type }, id) => {
    if (type === 'normal' && isMet(piece) && !ids.has(withSpaces(piece)))
      ids.set(withSpaces(piece), id);
  });
  const symbols = new Set(parts.added.map(({ content }) => content));
  const characters = charactersOf(ids);
  for (const spelling of ids.keys()) {
    // Two characters without a piece of their own may merge, which has no equivalent here.
    const lacking = Array.from(spelling).find(
      character => !characters.has(character.codePointAt(0)!) && !symbols.has(character),
    );
    if (lacking === undefined) continue;
    throw new TokenizerError(
      `${name}: the piece ${quote(spelling)} has the character ${quote(lacking)}, which has no piece of its own; this is not supported`,
    );
  }
  const alphabet = new CharacterAlphabet(characters, byteIds);
  if (alphabet.isPartial && !unknown) {
    throw new TokenizerError(
      `${name} has neither a piece for unknown characters nor a byte fallback`,
    );
  }
  const ranks = ranksOfScores(pieces.map(({ score }) => score));
  return new BpeTokenizer({
    ...parts,
    name: 'SentencePiece BPE',
    alphabet,
    merger: new Merger(new ScoredMerges(ids, ranks)),
    unknown: alphabet.isPartial ? new UnknownCharacters(alphabet, unknown!, true) : undefined,
    scans: [],
    respell: undefined,
    whole: undefined,
    rankIs: 'position of the merged token in the order of scores, from 0',
  });
}

function unigram(
  name: string,
  { pieces }: SentencePieceModel,
  { byteIds, unknown, ...parts }: Parts,
  finders: PieceFinders,
): Tokenizer {
  const symbol = pieces.find(({ piece, type }) => type === 'user-defined' && isMet(piece));
  if (symbol) {
    // 46 of 20,000 fuzzed strings got other ids than from sentencepiece, which prefers such pieces by a bonus.
    throw new TokenizerError(
      `${name} is a Unigram model with user-defined symbols (${quote(symbol.piece)}), which cannot be read exactly. Use its tokenizer.json`,
    );
  }
  return new LookupTokenizer({
    ...parts,
    name: 'Unigram',
    how: HOW_UNIGRAM,
    splits: [],
    respell: undefined,
    usesMetaspace: true,
    scans: [],
    find: finders.unigram(
      pieces.map(({ piece, score, type }) => [
        type === 'normal' && isMet(piece) ? withSpaces(piece) : undefined,
        score,
      ]),
      'sentencepiece',
    ),
    unknown: { byteIds, token: unknown },
  });
}
