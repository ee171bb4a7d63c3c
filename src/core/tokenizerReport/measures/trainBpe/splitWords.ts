// Words as sequences of symbols, in which pairs of neighbours are merged one after the other.
import { encodeUtf8 } from '../../../text/utf8';

/** A change of how often a word has a pair. */
export type OnChange = (left: number, right: number, change: 1 | -1, word: number) => void;

export class SplitWords {
  /** The symbols of all words; those of a word begin at its start. */
  readonly #symbols: Int32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;

  /** `idsOfBytes` is [byte]: the symbol of each. */
  constructor(words: Iterable<string>, idsOfBytes: ArrayLike<number>) {
    const starts = [0];
    let symbols = new Int32Array(1 << 16);
    let at = 0;
    for (const word of words) {
      const bytes = encodeUtf8(word);
      if (at + bytes.length > symbols.length) {
        const larger = new Int32Array(2 * (at + bytes.length));
        larger.set(symbols);
        symbols = larger;
      }
      for (const byte of bytes) symbols[at++] = idsOfBytes[byte]!;
      starts.push(at);
    }
    this.#symbols = symbols;
    this.#starts = Uint32Array.from(starts);
    this.#lengths = Uint32Array.from(starts.slice(1), (end, word) => end - starts[word]!);
  }

  /** All pairs of all words, as changes. */
  eachPair(onChange: OnChange): void {
    for (let word = 0; word < this.#lengths.length; word++) {
      const end = this.#starts[word]! + this.#lengths[word]!;
      for (let i = this.#starts[word]! + 1; i < end; i++)
        onChange(this.#symbols[i - 1]!, this.#symbols[i]!, 1, word);
    }
  }

  /**
   * Merges the pair in a word, from left to right. Changes of pairs beside it are reported, not that the pair itself has
   * become `merged`.
   */
  merge(word: number, left: number, right: number, merged: number, onChange: OnChange): void {
    const symbols = this.#symbols;
    const start = this.#starts[word]!;
    const end = start + this.#lengths[word]!;
    let to = start;
    for (let at = start; at < end; at++) {
      const symbol = symbols[at]!;
      if (symbol !== left || at + 1 >= end || symbols[at + 1] !== right) {
        symbols[to++] = symbol;
        continue;
      }
      if (to > start) {
        const before = symbols[to - 1]!;
        onChange(before, left, -1, word);
        onChange(before, merged, 1, word);
      }
      if (at + 2 < end) {
        const after = symbols[at + 2]!;
        onChange(right, after, -1, word);
        onChange(merged, after, 1, word);
      }
      symbols[to++] = merged;
      at++;
    }
    this.#lengths[word] = to - start;
  }
}
