// Creates a tokenizer from the content of a tokenizer.json.
import { encodeUtf8 } from '../../text/utf8';
import { ByteAlphabet, CharacterAlphabet, type Alphabet } from '../bpe/alphabet';
import { BpeTokenizer } from '../bpe/bpe';
import { byteCharacters, bytesOfSpelling, spellingOf } from '../bpe/byteLevel';
import { byteOfToken, byteToken, idsOfBytes } from '../bpe/byteTokens';
import { occursInUtf8 } from '../bpe/missingBytes';
import { TokenizerError } from '../../errors';
import { quote, type Json } from '../../json';
import { Merger } from '../bpe/merger';
import { MergeTable } from '../bpe/mergeTable';
import { charactersOf } from './characters';
import { pipelineOf } from './pipeline';
import { readAddedTokens } from './readAddedTokens';
import { checkModel, readMerges, readVocabulary } from './readBpeModel';
import { withMetaspaces, withSpaces } from './metaspace';
import type { TakenToken } from '../addedTokens';
import type { Tokenizer } from '../tokenizer';
import { UnknownCharacters } from '../lookup/unknownCharacters';
import { Vocabulary } from '../vocabulary';
import { SPACE } from '../../text/characters';

/** The names of the vocabulary and the merges in messages. */
export interface FieldNames {
  readonly vocab: string;
  readonly merges: string;
}

type Ids = ReadonlyMap<string, number>;

/** How a vocabulary spells text, and what merging starts from. */
interface Spelling {
  readonly name: string;
  bytesOf(spelling: string): Uint8Array;
  /** The text that an added token's content represents. */
  textOf(content: string): string;
  spell(text: string): string;
  start(ids: Ids, place: string): { alphabet: Alphabet; unknown?: UnknownCharacters };
}

export function tokenizerOfJson(json: Json, model: Json, places: FieldNames): Tokenizer {
  checkModel(model);
  const { isByteLevel, ...pipeline } = pipelineOf(json);
  const spelling = isByteLevel ? byteSpelling(model) : characterSpelling(model);
  const { ids, tokens } = readVocabulary(model.vocab, places.vocab, spelling.bytesOf);
  const { alphabet, unknown } = spelling.start(ids, places.vocab);
  const merger = new Merger(new MergeTable(readMerges(model.merges, ids, places)));
  const takesWhole = model.ignore_merges === true;
  // A pretoken is never taken whole for an added token. Where none is, there is no need for a second map.
  const contents = takesWhole ? new Map(ids) : ids;
  const added = readAddedTokens(json.added_tokens, contents, tokens, ids.size, spelling.textOf);
  const whole = (text: string) => ids.get(spelling.spell(text));
  return new BpeTokenizer({
    name: spelling.name,
    vocabulary: new Vocabulary(tokens, contents),
    added,
    alphabet,
    merger,
    unknown,
    ...pipeline,
    whole: takesWhole ? whole : undefined,
    rankIs: 'position in the list of merges, from 0',
  });
}

/** `unk_token` stands for bytes that the vocabulary lacks. */
function byteSpelling({ unk_token, fuse_unk, end_of_word_suffix }: Json): Spelling {
  const suffix = typeof end_of_word_suffix === 'string' ? end_of_word_suffix : '';
  const withoutSuffix = (spelling: string) =>
    suffix !== '' && spelling.length > suffix.length && spelling.endsWith(suffix)
      ? spelling.slice(0, -suffix.length)
      : spelling;
  return {
    name: 'byte-level BPE',
    // Only an added token can be spelled outside the alphabet; it has the bytes of its name.
    bytesOf: spelling => bytesOfSpelling(withoutSuffix(spelling)) ?? encodeUtf8(spelling),
    textOf: content => content,
    spell: text => spellingOf(encodeUtf8(text)),
    start: (ids, place) => {
      const byteIds = idsOfBytes(ids, byte => byteCharacters[byte]!);
      if (!byteIds) throw otherTokenizers(place, 'a single byte');
      const token = tokenOf(ids, unk_token);
      const unknown = token && { ...token, fuses: fuse_unk === true };
      if (suffix === '') return { alphabet: new ByteAlphabet(byteIds, unknown) };
      const lastIds = idsOfBytes(ids, byte => byteCharacters[byte]! + suffix);
      const spellsAll = (each: Int32Array | undefined) =>
        each?.every((id, byte) => id >= 0 || !occursInUtf8(byte));
      if (!spellsAll(byteIds) || !spellsAll(lastIds)) {
        throw new TokenizerError(
          `${place} lacks tokens for some bytes, alone or with the end_of_word_suffix ${quote(suffix)}; with a suffix, all bytes are needed`,
        );
      }
      return { alphabet: new ByteAlphabet(byteIds, unknown, lastIds) };
    },
  };
}

function otherTokenizers(place: string, what: string): TokenizerError {
  return new TokenizerError(
    `${place} has no token for ${what}: pre_tokenizer and vocabulary belong to different tokenizers`,
  );
}

/** The token of this name, if there is one. Its bytes are those of its name. */
function tokenOf(ids: Ids, name: unknown): TakenToken | undefined {
  const id = typeof name === 'string' ? ids.get(name) : undefined;
  return id === undefined ? undefined : { id, bytes: String(name) };
}

/** `byte_fallback` and `unk_token` of the model determine how characters without a token are encoded. */
function characterSpelling({
  byte_fallback,
  unk_token,
  fuse_unk,
  end_of_word_suffix,
}: Json): Spelling {
  if (end_of_word_suffix) {
    throw new TokenizerError(
      `tokenizer.json: model.end_of_word_suffix is ${quote(end_of_word_suffix)}; it is supported with byte-level BPE only`,
    );
  }
  return {
    name: 'SentencePiece BPE',
    bytesOf: spelling => {
      const byte = byte_fallback === true ? byteOfToken(spelling) : undefined;
      return byte ?? encodeUtf8(withSpaces(spelling));
    },
    textOf: withSpaces,
    spell: withMetaspaces,
    start: (ids, place) => {
      // An entry spelled as a literal space is never matched.
      const spelled = [...ids].filter(([spelling]) => spelling !== ' ');
      const characters = charactersOf(spelled.map(([spelling, id]) => [withSpaces(spelling), id]));
      if (!characters.has(SPACE)) throw otherTokenizers(place, 'U+2581, which stands for a space');
      const byteIds = byte_fallback === true ? idsOfBytes(ids, byteToken) : undefined;
      const alphabet = new CharacterAlphabet(characters, byteIds);
      if (!alphabet.isPartial) return { alphabet };
      const unknown = tokenOf(ids, unk_token);
      if (!unknown) {
        throw new TokenizerError(
          `tokenizer.json: model.unk_token is ${quote(unk_token)}; without a byte fallback, a tokenizer needs a token for ` +
            'characters that are not in its vocabulary',
        );
      }
      const token = { ...unknown, bytes: withSpaces(unknown.bytes) };
      return { alphabet, unknown: new UnknownCharacters(alphabet, token, fuse_unk === true) };
    },
  };
}
