// The rank of each token in the graph of attention, after the weighted page rank of Zero-TPrune (Wang, Dedhia and Jha 2023,
// arXiv:2305.17328), which prunes the tokens of image transformers by it. The body of the paper was not at hand. Its parts
// are known by name and from descriptions: ranks flow along attention from a uniform start; heads are combined by the root
// of the mean of squares ("emphasizing informative region"); heads whose ranks vary too little or too much are left out
// ("variance-based head filter"). On which scale its variances are is not known, so they are here of ranks whose mean is 1.
// Nothing is pruned.

export interface RankOptions {
  /** How often ranks flow; 0 leaves them uniform. */
  readonly iterations: number;
  /** Nothing flows to token 0: its column is taken out before rows are normalised. Its rank is 0 after one iteration. */
  readonly withoutSink: boolean;
  /** Limits of the variance, over tokens, of a head's ranks times n; 0 and Infinity if not given, which keeps all heads. */
  readonly minVariance?: number;
  readonly maxVariance?: number;
}

/**
 * The rank of each token in one layer: the root of the mean, over heads, of the squares of `headRanks`. `weights`: flat
 * [heads, n, n], rows are queries; causal or not. Returns [n]; n times a rank is 1 where attention is uniform.
 *
 * In causal attention token 0 sees itself alone, so with iterations all of the rank collapses onto it (`collapsesTo`); without
 * it, the same is true of token 1. Few iterations say something of a causal model, many do not.
 */
export function attentionRank(
  weights: Float32Array,
  n: number,
  options: RankOptions,
): Float32Array {
  const ranks = headRanks(weights, n, options);
  const kept = keptHeads(ranks, n, options);
  const combined = new Float32Array(n);
  for (let token = 0; token < n; token++) {
    let sum = 0;
    for (const head of kept) sum += ranks[head * n + token]! ** 2;
    combined[token] = Math.sqrt(sum / kept.length);
  }
  return combined;
}

/**
 * Flat [heads, n], each head's ranks sum to 1: s = Aᵀ s, divided by its sum, `iterations` times from a uniform start, where A
 * is a head's attention with rows that sum to 1. The rank of a token without a row (token 0 of causal attention without
 * the sink) flows nowhere. If none flows any more, all are NaN.
 */
export function headRanks(
  weights: Float32Array,
  n: number,
  { iterations, withoutSink }: RankOptions,
): Float64Array {
  const heads = weights.length / (n * n);
  const ranks = new Float64Array(heads * n);
  const first = withoutSink ? 1 : 0;
  /** [query]: 1 / the sum of its row, or 0; after its last key with a weight. */
  const scales = new Float64Array(n);
  const ends = new Uint32Array(n);
  for (let head = 0; head < heads; head++) {
    const at = head * n * n;
    for (let query = 0; query < n; query++) {
      let sum = 0;
      ends[query] = 0;
      for (let key = first; key < n; key++) {
        const weight = weights[at + query * n + key]!;
        sum += weight;
        if (weight > 0) ends[query] = key + 1;
      }
      scales[query] = sum > 0 ? 1 / sum : 0;
    }
    let own = new Float64Array(n).fill(1 / n);
    let next = new Float64Array(n);
    for (let i = 0; i < iterations; i++) {
      next.fill(0);
      for (let query = 0; query < n; query++) {
        const flow = own[query]! * scales[query]!;
        const [row, end] = [at + query * n, ends[query]!];
        for (let key = first; key < end; key++) next[key]! += flow * weights[row + key]!;
      }
      const sum = next.reduce((all, each) => all + each, 0);
      for (let key = 0; key < n; key++) next[key]! /= sum;
      [own, next] = [next, own];
    }
    ranks.set(own, head * n);
  }
  return ranks;
}

/** The heads whose variance is within the limits, both included; all of them if none is. `ranks`: flat [heads, n]. */
export function keptHeads(
  ranks: Float64Array,
  n: number,
  {
    minVariance = 0,
    maxVariance = Infinity,
  }: { readonly minVariance?: number; readonly maxVariance?: number } = {},
): number[] {
  const all = Array.from({ length: ranks.length / n }, (_, head) => head);
  const kept = all.filter(head => {
    let sum = 0;
    for (let token = 0; token < n; token++) sum += (n * ranks[head * n + token]! - 1) ** 2;
    return sum / n >= minVariance && sum / n <= maxVariance;
  });
  return kept.length > 0 ? kept : all;
}

/**
 * Where the ranks of a layer end up with many iterations: the token that the first head ranks highest, and the least rank that
 * it has in any head. A rank near 1 says that the layer has collapsed onto it.
 */
export function collapsesTo(
  weights: Float32Array,
  n: number,
  options: RankOptions,
): { readonly token: number; readonly rank: number } {
  const ranks = headRanks(weights, n, options);
  let token = 0;
  for (let each = 1; each < n; each++) if (ranks[each]! > ranks[token]!) token = each;
  let rank = Infinity;
  for (let at = token; at < ranks.length; at += n) rank = Math.min(rank, ranks[at]!);
  return { token, rank };
}
