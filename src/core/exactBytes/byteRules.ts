// What exact byte probabilities require of a tokenizer, and what they ask it.
//
// The texts considered are in the tokenizer's normal form, and are UTF-8. Added tokens that they spell are followed where
// that can be exact (addedNames.ts); the others they do not spell. Later changes by a normalizer are not followed: if a
// model writes text outside the normal form, its mass goes to those bytes.
import { type ByteAlphabet, CharacterAlphabet } from '../tokenizer/bpe/alphabet';
import { BpeTokenizer } from '../tokenizer/bpe/bpe';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { firstInvalidUtf8, utf8Length } from '../text/utf8';
import { AddedBoundaries } from './addedBoundaries';
import { AddedJoins } from './addedJoins';
import { addedNamesOf } from './addedNames';
import { ByteLevelFamily } from './byteLevelFamily';
import { bytesOf, type ByteString } from './byteString';
import { Canonical } from './canonical';
import { incompleteFrom } from './utf8Characters';
import type { PretokenBoundaries } from './pretokenBoundaries';
import { InexactError } from '../errors';
import { KnownBeginnings } from './knownBeginnings';
import { KnownPaths } from './knownPaths';
import type { Joins } from './tokenPairs';
import type { TokenizerFamily } from './tokenizerFamily';
import { SortedTokens } from './sortedTokens';
import { SentencePieceFamily } from './sentencePieceFamily';

const known = new WeakMap<Tokenizer, ByteRules>();

/** The rules of a tokenizer, which are made once. Throws `InexactError` as they do. */
export function byteRulesOf(tokenizer: Tokenizer): ByteRules {
  const rules = known.get(tokenizer) ?? new ByteRules(tokenizer);
  known.set(tokenizer, rules);
  return rules;
}

export class ByteRules {
  readonly tokens: SortedTokens;
  readonly canonical: Canonical;
  readonly boundaries: PretokenBoundaries;
  readonly joins: Joins;
  readonly paths: KnownPaths;
  readonly beginnings = new KnownBeginnings();
  readonly #family: TokenizerFamily;
  /** Added tokens that a text may spell. */
  readonly #names: ReadonlyMap<ByteString, number>;
  /** Of added tokens that a text may not spell. */
  readonly #refusedNames: readonly ByteString[];

  /** Throws `InexactError` if the tokenizer does not allow exact probabilities. */
  constructor(tokenizer: Tokenizer) {
    if (!(tokenizer instanceof BpeTokenizer)) {
      throw new InexactError(
        `The tokenizer is ${tokenizer.name}: exact probabilities of bytes need BPE`,
      );
    }
    const { alphabet, added } = tokenizer.parts;
    const { names, merged, refused } = addedNamesOf(tokenizer);
    const isAdded = new Set(added.map(({ id }) => id));
    for (const id of merged) isAdded.delete(id);
    const ids: number[] = [];
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      if (!isAdded.has(id) && tokenizer.bytesOf(id).length > 0) ids.push(id);
    }
    this.tokens = new SortedTokens([...ids, ...names.values()], id => tokenizer.bytesOf(id));
    const family =
      alphabet instanceof CharacterAlphabet
        ? new SentencePieceFamily(tokenizer, alphabet, ids)
        : new ByteLevelFamily(tokenizer, alphabet as ByteAlphabet, ids);
    const withNames = names.size > 0 ? new AddedBoundaries(family.boundaries, names) : undefined;
    this.boundaries = withNames ?? family.boundaries;
    this.joins = withNames
      ? new AddedJoins(family.joins, withNames, this.tokens, names.values())
      : family.joins;
    this.canonical = new Canonical(this.joins, this.tokens, this.boundaries);
    this.paths = new KnownPaths(this.canonical, bytes => this.merge(bytes));
    this.#family = family;
    this.#names = names;
    this.#refusedNames = refused;
  }

  /** What the tokenizer prepends to every non-empty text. */
  get opening(): ByteString {
    return this.#family.opening;
  }

  /** The tokens of one pretoken or of its beginning. */
  merge(bytes: ByteString): number[] {
    const added = this.#names.get(bytes);
    return added === undefined ? this.#family.merge(bytes) : [added];
  }

  /** The tokens of a text that starts at a pretoken boundary; undefined if it is not a valid text. */
  encode(bytes: ByteString): number[] | undefined {
    let at = 0;
    return this.boundaries.ended(bytes)?.flatMap(end => this.merge(bytes.slice(at, (at = end))));
  }

  /**
   * Throws `InexactError` if the bytes are not the beginning of a text, or of a text for which probabilities are exact.
   * The bytes before `from`, a boundary followed by at least one more, have been checked already. `begins`: whether the
   * bytes are the beginning of a text.
   */
  check(bytes: ByteString, from = 0, begins = from === 0): void {
    const complete = incompleteFrom(bytes);
    const array = bytesOf(bytes.slice(from, complete));
    const invalid = firstInvalidUtf8(array);
    const isBroken =
      complete < bytes.length && this.boundaries.boundariesFor(bytes.slice(complete)).length === 0;
    if (invalid >= 0 || isBroken) {
      const at = invalid >= 0 ? from + invalid : complete;
      throw new InexactError(`The text is not UTF-8 at byte ${at}`);
    }
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes.charCodeAt(at);
      if (!this.#family.lacks(byte)) continue;
      throw new InexactError(
        `The text has the byte ${byte.toString(16).padStart(2, '0')} at byte ${at}, for which the vocabulary has no token`,
      );
    }
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(array);
    const inexact = this.#family.inexactnessOf(text, begins);
    if (inexact) {
      const place = `byte ${from + utf8Length(text, 0, inexact.at)}`;
      throw new InexactError(`The text ${inexact.problem(place)}`);
    }
    for (const name of this.#refusedNames) {
      const at = bytes.indexOf(name, Math.max(0, from - name.length));
      if (at < 0) continue;
      throw new InexactError(
        `The text spells the added token ${name} at byte ${at}: exact probabilities are known for texts ` +
          `without this one only`,
      );
    }
  }

  /**
   * The pretoken ends of bytes[from, length), where `from` is a boundary, if the text ends with its last whole
   * character.
   */
  pretokenEnds(bytes: ByteString, from: number): number[] {
    const whole = bytes.slice(from, incompleteFrom(bytes));
    return (this.boundaries.ended(whole) ?? []).map(end => from + end);
  }
}
