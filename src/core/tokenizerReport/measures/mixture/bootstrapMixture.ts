// Intervals of an inferred mixture: the texts of each category are drawn anew, with replacement.
import { WordCounts } from '../trainBpe/wordCounts';
import { inferMixture, type Mixture } from './inferMixture';
import type { SolveLinearProgram } from './linearProgram';
import type { MergeOrder } from './mergeOrder';
import { pairChanges } from './pairChanges';

export interface MixtureWithIntervals extends Mixture {
  /** [category]; the 95 % percentile interval. */
  readonly intervals: readonly (readonly [low: number, high: number])[];
}

/** The words of a category's texts with their counts, as the tokenizer splits them. */
export function sampleOf(texts: Iterable<string>, order: MergeOrder): ReadonlyMap<string, number> {
  const words = new WordCounts(order.scans);
  for (const text of texts) words.add(text);
  return words.counts;
}

/**
 * The mixture, and percentile bootstrap intervals of its shares (Efron and Tibshirani 1993, chapter 13) from `resamples`
 * draws of texts. `texts` are [category, text]. The intervals say how much depends on which texts were taken, not whether
 * the categories are those of the training data; with one text in a category they are too narrow. `random` returns numbers
 * in [0, 1).
 */
export function mixtureWithIntervals(
  texts: readonly (readonly string[])[],
  order: MergeOrder,
  solve: SolveLinearProgram,
  resamples: number,
  random: () => number,
  onProgress?: (share: number) => void,
): MixtureWithIntervals {
  const infer = (own: readonly (readonly string[])[], done: number) => {
    const part = (share: number) => onProgress?.((done + share) / (resamples + 1));
    const samples = own.map(each => sampleOf(each, order));
    const changes = pairChanges(samples, order, share => part(share / 2));
    return inferMixture(changes, solve, share => part((1 + share) / 2));
  };
  const mixture = infer(texts, 0);
  const drawn = Array.from({ length: resamples }, (_, i) => {
    const own = texts.map(each => each.map(() => each[Math.floor(random() * each.length)]!));
    return infer(own, i + 1).shares;
  });
  const intervals = mixture.shares.map((share, category): [number, number] => {
    const shares = drawn.map(each => each[category]!).sort((a, b) => a - b);
    if (shares.length === 0) return [share, share];
    const at = (part: number) => shares[Math.min(shares.length - 1, Math.floor(part * resamples))]!;
    return [at(0.025), at(0.975)];
  });
  return { ...mixture, intervals };
}
