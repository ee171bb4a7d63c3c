// The pairs of neighbouring symbols in words, with their counts over all occurrences of the words, kept up to date while
// pairs merge. Counts and ties are those of Rust `tokenizers` (`BpeTrainer::do_train`), as far as this: the count of a pair
// that has merged is not taken back, so it is too high if another merge makes the same pair again; a pair may be queued
// twice, each time with the words in which it was new, and is then merged twice.
import { Heap } from '../heap';
import { PairIndex } from './pairIndex';

export interface QueuedPair {
  readonly pair: number;
  readonly left: number;
  readonly right: number;
  readonly count: number;
  /** The words that have it, or had it when it was queued. */
  readonly words: readonly number[];
  /** Of equals, the one that was queued first comes first. */
  readonly queued: number;
}

export class WordPairs {
  /** The symbols of all words; those of a word begin at its start. */
  readonly #symbols: Int32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #weights: readonly number[];
  readonly #index = new PairIndex();
  /** [pair] */
  readonly #counts: number[] = [];
  readonly #heap = new Heap<QueuedPair>(isBefore);
  /** Words in which pairs have become more frequent, by pair, until they are queued. */
  readonly #grown = new Map<number, number[]>();
  #queued = 0;

  /** `starts` is [word], with the end of the last word as one more; `weights` is [word], its occurrences. */
  constructor(symbols: Int32Array, starts: Uint32Array, weights: readonly number[]) {
    this.#symbols = symbols;
    this.#starts = starts;
    this.#weights = weights;
    this.#lengths = new Uint32Array(weights.length);
    for (let word = 0; word < weights.length; word++) {
      const end = starts[word + 1]!;
      this.#lengths[word] = end - starts[word]!;
      for (let i = starts[word]! + 1; i < end; i++)
        this.#change(symbols[i - 1]!, symbols[i]!, 1, word);
    }
    this.#queueGrown();
  }

  /** Of the most frequent pairs the one with the lowest ids, the left one first. */
  next(): QueuedPair | undefined {
    for (;;) {
      const top = this.#heap.pop();
      if (!top) return undefined;
      const count = this.#counts[top.pair]!;
      if (top.count === count) return count > 0 ? top : undefined;
      this.#heap.push({ ...top, count });
    }
  }

  merge({ left, right, words }: QueuedPair, merged: number): void {
    for (const word of words) this.#mergeIn(word, left, right, merged);
    this.#queueGrown();
  }

  #mergeIn(word: number, left: number, right: number, merged: number): void {
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
        this.#change(before, left, -1, word);
        this.#change(before, merged, 1, word);
      }
      if (at + 2 < end) {
        const after = symbols[at + 2]!;
        this.#change(right, after, -1, word);
        this.#change(merged, after, 1, word);
      }
      symbols[to++] = merged;
      at++;
    }
    this.#lengths[word] = to - start;
  }

  #change(left: number, right: number, change: 1 | -1, word: number): void {
    const pair = this.#index.of(left, right);
    this.#counts[pair] = (this.#counts[pair] ?? 0) + change * this.#weights[word]!;
    if (change < 0) return;
    const words = this.#grown.get(pair);
    if (!words) this.#grown.set(pair, [word]);
    else if (words.at(-1) !== word) words.push(word);
  }

  #queueGrown(): void {
    for (const [pair, words] of this.#grown) {
      const count = this.#counts[pair]!;
      if (count <= 0) continue;
      const left = this.#index.lefts[pair]!;
      const right = this.#index.rights[pair]!;
      this.#heap.push({ pair, left, right, count, words, queued: this.#queued++ });
    }
    this.#grown.clear();
  }
}

function isBefore(a: QueuedPair, b: QueuedPair): boolean {
  if (a.count !== b.count) return a.count > b.count;
  if (a.left !== b.left) return a.left < b.left;
  if (a.right !== b.right) return a.right < b.right;
  return a.queued < b.queued;
}
