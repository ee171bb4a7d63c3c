// Byte-level BPE: a pattern splits text into pretokens, whose bytes are merged.
import type { ByteAlphabet } from '../tokenizer/bpe/alphabet';
import type { BpeTokenizer } from '../tokenizer/bpe/bpe';
import { toNfc } from '../tokenizer/normalize/unicodeForms';
import { TokenList } from '../tokenizer/tokenList';
import { bytesOf, type ByteString } from './byteString';
import { InexactError } from '../errors';
import { BoundaryHypotheses } from './boundaryHypotheses';
import { KNOWN_LOOKAHEADS } from './lookahead';
import { KNOWN_SEQUENCES, lookaheadOfSteps } from './splitLookahead';
import { TokenPairs } from './tokenPairs';
import type { Inexactness, TokenizerFamily } from './tokenizerFamily';

export class ByteLevelFamily implements TokenizerFamily {
  readonly boundaries: BoundaryHypotheses;
  readonly joins: TokenPairs;
  readonly opening = '';
  readonly #tokenizer: BpeTokenizer;
  readonly #byteIds: Int32Array;

  /** `ids`: the tokens of text. Throws `InexactError`. */
  constructor(tokenizer: BpeTokenizer, alphabet: ByteAlphabet, ids: readonly number[]) {
    this.#tokenizer = tokenizer;
    this.#byteIds = alphabet.ids;
    const { scans, byteScans = [], merger, whole, normalizers } = tokenizer.parts;
    if (normalizers.some(step => step !== toNfc)) {
      throw new InexactError(
        `The tokenizer normalises by ${tokenizer.normalizer}; exact bytes are supported for NFC only`,
      );
    }
    const split = byteScans.length === 0 ? lookaheadOfSteps(scans) : undefined;
    if (!split) {
      throw new InexactError(
        `How far the tokenizer looks ahead before it splits text is known for the patterns of ${KNOWN_LOOKAHEADS}, for ${KNOWN_SEQUENCES} only`,
      );
    }
    this.joins = new TokenPairs(merger.merges, tokenizer.vocabSize, id =>
      this.#symbolsOf(tokenizer.bytesOf(id)),
    );
    const { scan, lookahead } = split;
    const letters = lookahead.witnesses.join('');
    const lacking = alphabet.missing?.spansOf(letters, 0, letters.length)[0];
    if (lacking) {
      throw new InexactError(
        `The vocabulary cannot spell ${JSON.stringify(letters.slice(lacking.start, lacking.end))}: exact probabilities of ` +
          'bytes are known only for tokenizers that can spell letters, digits, punctuation and white space',
      );
    }
    const unreachable = whole && ids.find(id => !this.joins.isReachable(id));
    if (unreachable !== undefined) {
      throw new InexactError(
        `tokenizer.json: with ignore_merges, token ${unreachable} stands for a pretoken that no merges make: ` +
          `that is not supported`,
      );
    }
    this.boundaries = new BoundaryHypotheses(scan, lookahead);
  }

  merge(bytes: ByteString): number[] {
    const list = new TokenList(bytes.length);
    const symbols = Int32Array.from(this.#symbolsOf(bytesOf(bytes))!);
    if (bytes.length > 0) this.#tokenizer.parts.merger.encode(symbols, bytes.length, list);
    return [...list.ids.subarray(0, list.count)];
  }

  inexactnessOf(text: string): Inexactness | undefined {
    if (this.#tokenizer.parts.normalizers.length === 0) return undefined;
    const [change] = toNfc(text);
    return (
      change && {
        at: change.start,
        problem: place =>
          `is not in the normal form NFC at ${place}, and the tokenizer sees it in that form: normalise the text`,
      }
    );
  }

  lacks(byte: number): boolean {
    return this.#byteIds[byte]! < 0;
  }

  /** Undefined if a byte has no token. */
  #symbolsOf(bytes: Uint8Array): number[] | undefined {
    const symbols: number[] = [];
    for (const byte of bytes) {
      const id = this.#byteIds[byte]!;
      if (id < 0) return undefined;
      symbols.push(id);
    }
    return symbols;
  }
}
