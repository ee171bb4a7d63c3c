// What a tokenizer must be, and what is asked of it, for exact probabilities of bytes.
//
// Texts are those in which no added token is spelled, in the tokenizer's normal form, in UTF-8. What a
// normalizer would change further on is not followed: a model that writes text outside the normal form
// gives its mass to those bytes.
import { ByteAlphabet } from '../tokenizer/alphabet';
import { BpeTokenizer } from '../tokenizer/bpe';
import { toNfc } from '../tokenizer/normalize';
import type { Scan } from '../tokenizer/patterns/scan';
import { TokenList } from '../tokenizer/tokenList';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { firstInvalidUtf8, utf8Length } from '../utf8';
import { byteStringOf, bytesOf, type ByteString } from './byteString';
import { Canonical } from './canonical';
import { incompleteFrom } from './characters';
import { InexactError } from './error';
import { Hypotheses } from './hypotheses';
import { KNOWN_LOOKAHEADS, lookaheads } from './lookahead';
import { Pairs } from './pairs';
import { SortedTokens } from './sortedTokens';

export class ByteRules {
  readonly tokens: SortedTokens;
  readonly hypotheses: Hypotheses;
  readonly canonical: Canonical;
  readonly pairs: Pairs;
  readonly #tokenizer: BpeTokenizer;
  readonly #alphabet: ByteAlphabet;
  readonly #scan: Scan;
  readonly #addedNames: readonly ByteString[];

  /** Throws `InexactError` for a tokenizer that exactness cannot be had with. */
  constructor(tokenizer: Tokenizer) {
    const alphabet = tokenizer instanceof BpeTokenizer && tokenizer.parts.alphabet;
    if (!(tokenizer instanceof BpeTokenizer) || !(alphabet instanceof ByteAlphabet)) {
      throw new InexactError(
        `The tokenizer is ${tokenizer.name}: exact probabilities of bytes need byte-level BPE`,
      );
    }
    this.#tokenizer = tokenizer;
    this.#alphabet = alphabet;
    const { scans, merger, added, whole, normalizers } = tokenizer.parts;
    if (normalizers.some(step => step !== toNfc)) {
      throw new InexactError(
        `The tokenizer normalises by ${tokenizer.normalizer}: exact probabilities of bytes are known for NFC only`,
      );
    }
    const lookahead = scans.length === 1 ? lookaheads.get(scans[0]!) : undefined;
    if (!lookahead) {
      throw new InexactError(
        `How far the tokenizer looks ahead before it cuts text is known for the patterns of ${KNOWN_LOOKAHEADS} only`,
      );
    }
    this.#scan = scans[0]!;
    const isAdded = new Set(added.map(({ id }) => id));
    const ids: number[] = [];
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      if (!isAdded.has(id) && tokenizer.bytesOf(id).length > 0) ids.push(id);
    }
    this.tokens = new SortedTokens(ids, id => tokenizer.bytesOf(id));
    this.pairs = new Pairs(merger.merges, alphabet.ids, id => tokenizer.bytesOf(id));
    const unreachable = whole && ids.find(id => !this.pairs.isReachable(id));
    if (unreachable !== undefined) {
      throw new InexactError(
        `tokenizer.json: with ignore_merges, token ${unreachable} stands for a pretoken that no merges make: ` +
          `that is not supported`,
      );
    }
    this.hypotheses = new Hypotheses(this.#scan, lookahead);
    this.canonical = new Canonical(this.pairs, this.tokens, this.hypotheses);
    this.#addedNames = added
      .filter(({ special }) => !special)
      .map(({ content }) => byteStringOf(new TextEncoder().encode(content)));
  }

  /** The tokens of one pretoken or its beginning. */
  merge(bytes: ByteString): number[] {
    const list = new TokenList(bytes.length);
    const symbols = Int32Array.from(bytesOf(bytes), byte => this.#alphabet.ids[byte]!);
    if (bytes.length > 0) this.#tokenizer.parts.merger.encode(symbols, bytes.length, list);
    return [...list.ids.subarray(0, list.count)];
  }

  /**
   * Throws `InexactError` if the bytes are not the beginning of a text, or not of one to be exact about. What lies
   * before `from`, a boundary with one more behind it, has been checked.
   */
  check(bytes: ByteString, from = 0): void {
    const complete = incompleteFrom(bytes);
    const array = bytesOf(bytes.slice(from, complete));
    const invalid = firstInvalidUtf8(array);
    const isBroken =
      complete < bytes.length && this.hypotheses.of(bytes.slice(complete)).length === 0;
    if (invalid >= 0 || isBroken) {
      const at = invalid >= 0 ? from + invalid : complete;
      throw new InexactError(`The text is not UTF-8 at byte ${at}`);
    }
    if (this.#tokenizer.parts.normalizers.length > 0) {
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(array);
      const [change] = toNfc(text);
      if (change) {
        throw new InexactError(
          `The text is not in the normal form NFC at byte ${from + utf8Length(text, 0, change.start)}, and ` +
            `the tokenizer sees it in that form: normalise the text`,
        );
      }
    }
    for (const name of this.#addedNames) {
      const at = bytes.indexOf(name, Math.max(0, from - name.length));
      if (at < 0) continue;
      throw new InexactError(
        `The text spells the added token ${name} at byte ${at}: exact probabilities are known for texts ` +
          `without added tokens only`,
      );
    }
  }

  /** The ends of the pretokens of bytes[from, length), which begin at one, if the text ends with the last whole character. */
  pretokenEnds(bytes: ByteString, from: number): number[] {
    const whole = bytes.slice(from, incompleteFrom(bytes));
    return (this.hypotheses.ended(whole) ?? []).map(end => from + end);
  }
}
