// How often samples of categories have each pair of neighbouring tokens before each merge of a tokenizer. Kept as changes,
// since the counts themselves would be as many as merges times pairs.
import { PairIndex } from '../trainBpe/pairIndex';
import { SplitWords, type OnChange } from '../trainBpe/splitWords';
import type { MergeOrder } from './mergeOrder';

export interface PairChanges {
  /** [category]; the bytes of its sample. */
  readonly bytes: readonly number[];
  /** The number of pairs. */
  readonly pairs: number;
  /** [merge]; the pair that merges. */
  readonly chosen: readonly number[];
  /** [merge]; how the counts before it differ from those before the last merge. At first all counts are 0. */
  readonly steps: readonly ChangeList[];
}

/** [change] */
export interface ChangeList {
  readonly pairs: number[];
  readonly categories: number[];
  readonly counts: number[];
}

/** `samples` are [category]: the words of its sample with their counts, as `order.scans` split its texts. */
export function pairChanges(
  samples: readonly ReadonlyMap<string, number>[],
  order: MergeOrder,
  onProgress?: (share: number) => void,
): PairChanges {
  const index = new PairIndex();
  const chosen = order.merges.map(({ left, right }) => index.of(left, right));
  const steps = chosen.map((): ChangeList => ({ pairs: [], categories: [], counts: [] }));
  const bytes = samples.map((words, category) => {
    const size = countSample(words, category, order, index, chosen, steps);
    onProgress?.((category + 1) / samples.length);
    return size;
  });
  return { bytes, pairs: index.lefts.length, chosen, steps };
}

/** Appends the changes of a category to the steps; returns its bytes. */
function countSample(
  words: ReadonlyMap<string, number>,
  category: number,
  { merges, idsOfBytes }: MergeOrder,
  index: PairIndex,
  chosen: readonly number[],
  steps: readonly ChangeList[],
): number {
  const encoder = new TextEncoder();
  const sizes = new Map<string, number>();
  for (const word of words.keys()) {
    const own = encoder.encode(word);
    // Words with bytes that the vocabulary lacks are left out.
    if (own.every(byte => idsOfBytes[byte]! >= 0)) sizes.set(word, own.length);
  }
  const weights = Array.from(sizes.keys(), word => words.get(word)!);
  const split = new SplitWords(sizes.keys(), idsOfBytes);
  /** The words that have a pair, for pairs that merge; one may be there twice, or no longer have it. */
  const wordsOf = new Map<number, number[]>(chosen.map(pair => [pair, []]));
  /** [pair] */
  const counts: number[] = [];
  const changed = new Map<number, number>();
  const onChange: OnChange = (left, right, change, word) => {
    const pair = index.of(left, right);
    const count = change * weights[word]!;
    counts[pair] = (counts[pair] ?? 0) + count;
    changed.set(pair, (changed.get(pair) ?? 0) + count);
    if (change > 0) wordsOf.get(pair)?.push(word);
  };
  const close = ({ pairs, categories, counts: all }: ChangeList) => {
    for (const [pair, count] of changed) {
      if (count === 0) continue;
      pairs.push(pair);
      categories.push(category);
      all.push(count);
    }
    changed.clear();
  };
  split.eachPair(onChange);
  merges.forEach(({ left, right, merged }, merge) => {
    close(steps[merge]!);
    const pair = chosen[merge]!;
    for (const word of new Set(wordsOf.get(pair))) split.merge(word, left, right, merged, onChange);
    wordsOf.set(pair, []);
    // What is left of its count has merged.
    changed.set(pair, (changed.get(pair) ?? 0) - (counts[pair] ?? 0));
    counts[pair] = 0;
  });
  return [...sizes].reduce((sum, [word, size]) => sum + size * words.get(word)!, 0);
}

/** The counts before each merge, one after the other. */
export class PairCounts {
  /** [pair, category] */
  readonly counts: Float64Array;
  /** [pair]; the counts of a mixture of the categories, per million bytes of it. */
  readonly mixed: Float64Array;
  /** [category]; what a count of it weighs in the mixture. */
  readonly #weights: Float64Array;

  /** `shares` are [category], the share of the bytes of the mixture. */
  constructor(
    readonly changes: PairChanges,
    shares: ArrayLike<number>,
  ) {
    const categories = changes.bytes.length;
    this.counts = new Float64Array(changes.pairs * categories);
    this.mixed = new Float64Array(changes.pairs);
    this.#weights = Float64Array.from(changes.bytes, (bytes, i) =>
      bytes === 0 ? 0 : (shares[i]! * 1e6) / bytes,
    );
  }

  /** From those before merge `merge` - 1 to those before `merge`. */
  step(merge: number): void {
    const { pairs, categories, counts } = this.changes.steps[merge]!;
    const width = this.#weights.length;
    for (let i = 0; i < pairs.length; i++)
      this.counts[pairs[i]! * width + categories[i]!]! += counts[i]!;
    // Summed anew, so that no error adds up.
    for (const pair of pairs) {
      let sum = 0;
      for (let category = 0; category < width; category++)
        sum += this.#weights[category]! * this.counts[pair * width + category]!;
      this.mixed[pair] = sum;
    }
  }

  /** The count of a pair in a category, per million bytes of it. */
  perMillion(pair: number, category: number): number {
    const { bytes } = this.changes;
    if (bytes[category] === 0) return 0;
    return (this.counts[pair * bytes.length + category]! * 1e6) / bytes[category]!;
  }
}
