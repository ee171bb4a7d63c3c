// Creates a tokenizer from the content of a tokenizer.json.
import { encodeUtf8 } from '../../text/utf8';
import { ByteAlphabet, CharacterAlphabet, type Alphabet } from '../bpe/alphabet';
import { BpeTokenizer } from '../bpe/bpe';
import { byteCharacters, bytesOfSpelling, spellingOf } from '../bpe/byteLevel';
import { byteOfToken, byteToken, idsOfBytes } from '../bpe/byteTokens';
import { TokenizerError } from '../../errors';
import { quote, type Json } from '../../json';
import { Merger } from '../bpe/merger';
import { MergeTable } from '../bpe/mergeTable';
import { pipelineOf } from './pipeline';
import { readAddedTokens } from './readAddedTokens';
import { checkModel, readMerges, readVocabulary } from './readBpeModel';
import { withMetaspaces, withSpaces } from './metaspace';
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
  const spelling = isByteLevel ? byteSpelling : characterSpelling(model);
  const { ids, tokens } = readVocabulary(model.vocab, places.vocab, spelling.bytesOf);
  const { alphabet, unknown } = spelling.start(ids, places.vocab);
  const merger = new Merger(new MergeTable(readMerges(model.merges, ids, places)));
  const contents = new Map(ids);
  const added = readAddedTokens(json.added_tokens, contents, tokens, spelling.textOf);
  const whole = (text: string) => ids.get(spelling.spell(text));
  return new BpeTokenizer({
    name: spelling.name,
    vocabulary: new Vocabulary(tokens, contents),
    added,
    alphabet,
    merger,
    unknown,
    ...pipeline,
    whole: model.ignore_merges === true ? whole : undefined,
    rankIs: 'its place in the list of merges, from 0',
  });
}

const byteSpelling: Spelling = {
  name: 'byte-level BPE',
  // Only an added token can be spelled outside the alphabet; it has the bytes of its name.
  bytesOf: spelling => bytesOfSpelling(spelling) ?? encodeUtf8(spelling),
  textOf: content => content,
  spell: text => spellingOf(encodeUtf8(text)),
  start: (ids, place) => ({
    alphabet: new ByteAlphabet(idsOfBytes(ids, place, byte => byteCharacters[byte]!)),
  }),
};

/** `byte_fallback` and `unk_token` of the model determine how characters without a token are encoded. */
function characterSpelling({ byte_fallback, unk_token, fuse_unk }: Json): Spelling {
  return {
    name: 'SentencePiece BPE',
    bytesOf: spelling => {
      const byte = byte_fallback === true ? byteOfToken(spelling) : undefined;
      return byte ?? encodeUtf8(withSpaces(spelling));
    },
    textOf: withSpaces,
    spell: withMetaspaces,
    start: (ids, place) => {
      const characters = charactersOf(ids);
      if (!characters.has(SPACE)) {
        throw new TokenizerError(
          `${place}: has no token for U+2581, which spells a space: pre_tokenizer and vocabulary belong to different tokenizers`,
        );
      }
      if (byte_fallback === true) {
        return {
          alphabet: new CharacterAlphabet(characters, idsOfBytes(ids, place, byteToken)),
        };
      }
      const id = typeof unk_token === 'string' ? ids.get(unk_token) : undefined;
      if (id === undefined) {
        throw new TokenizerError(
          `tokenizer.json: model.unk_token is ${quote(unk_token)}: without a fallback to bytes, characters that ` +
            'the vocabulary lacks need a token that stands for them',
        );
      }
      const alphabet = new CharacterAlphabet(characters, undefined);
      const token = { id, bytes: withSpaces(String(unk_token)) };
      return { alphabet, unknown: new UnknownCharacters(alphabet, token, fuse_unk === true) };
    },
  };
}

/** The ids of single characters, keyed by code point. */
function charactersOf(ids: Ids): Map<number, number> {
  const characters = new Map<number, number>();
  for (const [spelling, id] of ids) {
    const code = withSpaces(spelling).codePointAt(0) ?? 0;
    const isSingle = spelling.length === (code > 0xffff ? 2 : 1);
    // An entry spelled as a literal space is never matched.
    if (isSingle && spelling !== ' ') characters.set(code, id);
  }
  return characters;
}
