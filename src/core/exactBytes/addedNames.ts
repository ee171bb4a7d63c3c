// Which added tokens exact probabilities can follow in a text, and which they refuse.
import { CharacterAlphabet } from '../tokenizer/bpe/alphabet';
import type { BpeTokenizer } from '../tokenizer/bpe/bpe';
import type { AddedToken } from '../tokenizer/addedTokens';
import { prependSchemeOf, prependSpace, toSpaces } from '../tokenizer/files/metaspace';
import { toNfc } from '../tokenizer/normalize/unicodeForms';
import { METASPACE } from '../text/characters';
import { encodeUtf8 } from '../text/utf8';
import { byteStringOf, type ByteString } from './byteString';

export interface AddedNames {
  /** Added tokens that texts may spell, by their names. */
  readonly names: ReadonlyMap<ByteString, number>;
  /** Ids of added tokens that no text spells, and that merges may make: they are tokens of text. */
  readonly merged: readonly number[];
  /** Names that no text may spell. */
  readonly refused: readonly ByteString[];
}

/** Special tokens are text, and none of these. */
export function addedNamesOf({ parts }: BpeTokenizer): AddedNames {
  const { added, alphabet, normalizers, respell } = parts;
  const isSentencePiece = alphabet instanceof CharacterAlphabet;
  const readsMetaspace = normalizers.includes(toSpaces) || respell !== undefined;
  const own = added.filter(({ special }) => !special);
  const isHidden = ({ content, normalized }: AddedToken) =>
    isSentencePiece && readsMetaspace && !normalized && content.includes(METASPACE);
  const spelled = own.filter(token => !isHidden(token));
  const merged = own.filter(isHidden).map(({ id }) => id);
  const opens =
    normalizers.includes(prependSpace) ||
    ((respell && prependSchemeOf(respell)) ?? 'never') !== 'never';
  const follows = (token: AddedToken) =>
    !opens &&
    isPlain(token) &&
    (isSentencePiece ? !token.normalized : isFound(token, own)) &&
    !added.some(each => each.special && overlap(each, token));
  return {
    names: new Map(spelled.filter(follows).map(token => [bytesOf(token), token.id])),
    merged,
    refused: spelled.filter(token => !follows(token)).map(bytesOf),
  };
}

function bytesOf({ content }: AddedToken): ByteString {
  return byteStringOf(encodeUtf8(content));
}

function isPlain({ lstrip, rstrip, singleWord }: AddedToken): boolean {
  return !lstrip && !rstrip && !singleWord;
}

/**
 * Whether a token is found in texts in the normal form NFC as if there were one search for all: those that are matched
 * before normalisation are found first.
 */
function isFound(token: AddedToken, all: readonly AddedToken[]): boolean {
  if (token.normalized && toNfc(token.content).length > 0) return false;
  return !all.some(each => each.normalized !== token.normalized && overlap(each, token));
}

/** Whether a text can have two names that share characters: a special one, left as text, would hide the other. */
function overlap({ content: a }: AddedToken, { content: b }: AddedToken): boolean {
  if (a.includes(b) || b.includes(a)) return true;
  for (let length = 1; length < Math.min(a.length, b.length); length++) {
    if (a.endsWith(b.slice(0, length)) || b.endsWith(a.slice(0, length))) return true;
  }
  return false;
}
