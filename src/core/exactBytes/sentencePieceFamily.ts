// SentencePiece-style BPE with byte fallback: characters are merged, including across spaces, and a character that is
// not in the vocabulary is spelled in single-byte tokens, which never merge. Byte tokens for bytes that pieces cover
// exist, too, but no text produces them.
import type { CharacterAlphabet } from '../tokenizer/bpe/alphabet';
import type { BpeTokenizer } from '../tokenizer/bpe/bpe';
import { prependSchemeOf, prependSpace, toSpaces } from '../tokenizer/files/metaspace';
import { TokenList } from '../tokenizer/tokenList';
import { Bits } from './bits';
import { bytesOf, type ByteString } from './byteString';
import { codePointsFrom, incompleteFrom } from './utf8Characters';
import { InexactError } from '../errors';
import type { PretokenBoundaries } from './pretokenBoundaries';
import { SentencePieceBoundaries } from './sentencePieceBoundaries';
import { TokenPairs, type Joins } from './tokenPairs';
import type { Inexactness, TokenizerFamily } from './tokenizerFamily';
import type { TokenPrefix } from './tokenPrefix';
import { METASPACE } from '../text/characters';

/** Sets of tokens. */
const MAX_KEPT = 256;

export class SentencePieceFamily implements TokenizerFamily, Joins {
  readonly boundaries: PretokenBoundaries;
  readonly joins = this;
  readonly opening: ByteString;
  readonly #tokenizer: BpeTokenizer;
  readonly #alphabet: CharacterAlphabet;
  readonly #byteIds: Int32Array;
  /** [id]; the byte of a single-byte token. */
  readonly #byteOf: ReadonlyMap<number, number>;
  readonly #pairs: TokenPairs;
  /** Whether U+2581 is read as a space, so that no text contains it. */
  readonly #readsMetaspace: boolean;
  /** Whether a space is prepended only to text that does not begin with one. */
  readonly #hidesSpace: boolean;
  /** Keyed by the first bytes of a character: whether the vocabulary lacks a character that begins with them. */
  readonly #lacking = new Map<ByteString, boolean>();
  /** The tokens of text that are not single bytes. */
  readonly #pieces: Bits;
  /** Keyed by the last token and the bytes of a character that is not whole. */
  readonly #joining = new Map<string, Bits>();

  /** `ids`: the tokens of text. Throws `InexactError`. */
  constructor(tokenizer: BpeTokenizer, alphabet: CharacterAlphabet, ids: readonly number[]) {
    const { byteIds } = alphabet;
    const { normalizers, respell, scans, merger, whole } = tokenizer.parts;
    if (!byteIds) {
      throw new InexactError(
        'The tokenizer has no byte fallback: the model cannot distinguish characters that are not in the vocabulary',
      );
    }
    if (alphabet.isPartial) {
      throw new InexactError(
        'The tokenizer falls back to bytes, but has no tokens for some of them: with SentencePiece BPE, exact ' +
          'probabilities of bytes are known only if it has all',
      );
    }
    if (normalizers.some(step => step !== prependSpace && step !== toSpaces)) {
      throw new InexactError(
        `The tokenizer normalises by ${tokenizer.normalizer}: with SentencePiece BPE, exact probabilities of bytes are ` +
          'known only if nothing but spaces is rewritten',
      );
    }
    if (scans.length > 0 || whole) {
      const step = whole ? 'takes words whole (ignore_merges)' : 'splits text at spaces first';
      throw new InexactError(
        `The tokenizer ${step}: with SentencePiece BPE, exact probabilities of bytes are known only without that`,
      );
    }
    this.#tokenizer = tokenizer;
    this.#alphabet = alphabet;
    this.#byteIds = byteIds;
    this.#byteOf = new Map(
      [...byteIds.entries()].flatMap(([byte, id]) => (id < 0 ? [] : [[id, byte]])),
    );
    if (merger.merges.takes(id => this.#byteOf.has(id))) {
      throw new InexactError(
        'The tokenizer merges tokens of single bytes: with SentencePiece BPE, that is not supported',
      );
    }
    this.#pairs = new TokenPairs(merger.merges, tokenizer.vocabSize, id => this.#symbolsOf(id));
    const prefixes = respell && prependSchemeOf(respell);
    this.opening =
      normalizers.includes(prependSpace) || (prefixes ?? 'never') !== 'never' ? ' ' : '';
    this.#hidesSpace = this.opening !== '' && respell !== undefined;
    this.#readsMetaspace = normalizers.includes(toSpaces) || respell !== undefined;
    const pieces = ids.filter(id => !this.#byteOf.has(id));
    this.#pieces = new Bits(tokenizer.vocabSize);
    for (const id of pieces) this.#pieces.add(id);
    this.boundaries = new SentencePieceBoundaries(pieces.map(id => tokenizer.bytesOf(id)));
  }

  merge(bytes: ByteString): number[] {
    const whole = incompleteFrom(bytes);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      bytesOf(bytes.slice(0, whole)),
    );
    const list = new TokenList(bytes.length);
    const symbols = new Int32Array(text.length * 3);
    const count = this.#alphabet.write(text, 0, text.length, symbols);
    if (count > 0) this.#tokenizer.parts.merger.encode(symbols, count, list);
    return [
      ...list.ids.subarray(0, list.count),
      ...Array.from(bytesOf(bytes.slice(whole)), byte => this.#byteIds[byte]!),
    ];
  }

  lacks(): boolean {
    return false;
  }

  inexactnessOf(text: string, begins: boolean): Inexactness | undefined {
    if (begins && this.#hidesSpace && text.startsWith(' ')) {
      return {
        at: 0,
        problem: place =>
          `begins with a space, at ${place}, which the tokenizer cannot distinguish from the one that it puts before a text`,
      };
    }
    const at = this.#readsMetaspace ? text.indexOf(METASPACE) : -1;
    if (at < 0) return undefined;
    return {
      at,
      problem: place => `has U+2581 at ${place}, which the tokenizer takes for a space`,
    };
  }

  isReachable(id: number): boolean {
    const byte = this.#byteOf.get(id);
    if (byte === undefined) return this.#pairs.isReachable(id);
    return (byte & 0xc0) === 0x80 || this.#lacks(String.fromCharCode(byte));
  }

  mayJoin(prefix: TokenPrefix, token: number): boolean {
    const byte = this.#byteOf.get(token);
    const begun = prefix.bytes.slice(incompleteFrom(prefix.bytes));
    if (byte !== undefined) return this.#lacks(begun + String.fromCharCode(byte));
    const { last } = prefix;
    if (last === undefined || this.#byteOf.has(last)) return begun === '';
    return this.#pairs.isValid(last, token);
  }

  joining({ last, bytes }: TokenPrefix): Bits {
    const begun = bytes.slice(incompleteFrom(bytes));
    const key = `${last} ${begun}`;
    let found = this.#joining.get(key);
    if (!found) {
      if (this.#joining.size === MAX_KEPT) this.#joining.clear();
      this.#joining.set(key, (found = this.#findJoining(last, begun)));
    }
    return found;
  }

  #findJoining(last: number | undefined, begun: ByteString): Bits {
    const found = new Bits(this.#pieces.limit);
    if (begun === '') {
      found.words.set(this.#pieces.words);
      if (last !== undefined && !this.#byteOf.has(last)) {
        const valid = this.#pairs.validAfter(last);
        for (let word = 0; word < found.words.length; word++)
          found.words[word]! &= valid.words[word]!;
      }
    }
    for (const [id, byte] of this.#byteOf)
      if (this.#lacks(begun + String.fromCharCode(byte))) found.add(id);
    return found;
  }

  /** Whether some character whose UTF-8 begins with these bytes is spelled in byte tokens. */
  #lacks(begun: ByteString): boolean {
    let found = this.#lacking.get(begun);
    if (found === undefined) {
      const [first, last] = codePointsFrom(begun, 0, begun.length);
      found = false;
      for (let code = first; code <= last && !found; code++) {
        const isText = (code < 0xd800 || code > 0xdfff) && !this.#isMetaspace(code);
        found = isText && this.#alphabet.idOf(code) === undefined;
      }
      this.#lacking.set(begun, found);
    }
    return found;
  }

  #isMetaspace(code: number): boolean {
    return this.#readsMetaspace && code === METASPACE.charCodeAt(0);
  }

  /** Undefined if the token contains a character without a token of its own, which is spelled in bytes. */
  #symbolsOf(id: number): number[] | undefined {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#tokenizer.bytesOf(id));
    const symbols = Array.from(text, character => this.#alphabet.idOf(character.codePointAt(0)!));
    return symbols.every(symbol => symbol !== undefined) ? symbols : undefined;
  }
}
