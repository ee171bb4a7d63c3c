// The pairs of neighbouring symbols in words, with their counts over all occurrences of the words, kept up to date while
// pairs merge. Counts and ties are those of Rust `tokenizers` (`BpeTrainer::do_train`), as far as this: the count of a pair
// that has merged is not taken back, so it is too high if another merge makes the same pair again; a pair may be queued
// twice, each time with the words in which it was new, and is then merged twice.
import { Heap } from '../heap';
import { PairIndex } from './pairIndex';
import type { OnChange, SplitWords } from './splitWords';

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
  readonly #words: SplitWords;
  readonly #weights: readonly number[];
  readonly #index = new PairIndex();
  /** [pair] */
  readonly #counts: number[] = [];
  readonly #heap = new Heap<QueuedPair>(isBefore);
  /** Words in which pairs have become more frequent, by pair, until they are queued. */
  readonly #grown = new Map<number, number[]>();
  #queued = 0;

  /** `weights` is [word]: its occurrences. */
  constructor(words: SplitWords, weights: readonly number[]) {
    this.#words = words;
    this.#weights = weights;
    words.eachPair(this.#change);
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
    for (const word of words) this.#words.merge(word, left, right, merged, this.#change);
    this.#queueGrown();
  }

  readonly #change: OnChange = (left, right, change, word) => {
    const pair = this.#index.of(left, right);
    this.#counts[pair] = (this.#counts[pair] ?? 0) + change * this.#weights[word]!;
    if (change < 0) return;
    const words = this.#grown.get(pair);
    if (!words) this.#grown.set(pair, [word]);
    else if (words.at(-1) !== word) words.push(word);
  };

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
