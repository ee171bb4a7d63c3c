// How much each token of a group matters to the group, and what is lost if only the most significant ones were seen: a
// view inspired by Core Context Aware Attention (CCA, Chen et al. 2024, arXiv:2412.12465), which pools each group of
// tokens into one core token by their significance. The body of the paper was not at hand: its abstract has no formula of
// the significance, and a model has to be tuned for its attention. So what is computed here is ours, and is said at each
// function; it is a property of the attention of a model that sees all tokens.

/**
 * The significance of each token for its group: the attention of the group's last token to the tokens of the group,
 * itself among them, divided by its sum there, and averaged over heads. `weights`: flat [heads, n, n] of one layer, rows are
 * queries. Groups are the tokens [i × group, (i + 1) × group). Returns [n]: the values of a group sum to 1; NaN for the
 * tokens after the last whole group. A head without any attention inside a group is left out of its average; without
 * a head that has some, the group's values are NaN.
 */
export function coreSignificance(weights: Float32Array, n: number, group: number): Float32Array {
  const significance = new Float32Array(n).fill(NaN);
  const sums = new Float64Array(group);
  const size = n * n;
  for (let first = 0; first + group <= n; first += group) {
    sums.fill(0);
    let heads = 0;
    for (let head = 0; head < weights.length; head += size) {
      const row = head + (first + group - 1) * n + first;
      let mass = 0;
      for (let i = 0; i < group; i++) mass += weights[row + i]!;
      if (mass <= 0) continue;
      heads++;
      for (let i = 0; i < group; i++) sums[i]! += weights[row + i]! / mass;
    }
    for (let i = 0; i < group; i++) significance[first + i] = sums[i]! / heads;
  }
  return significance;
}

/** The core of each whole group: its most significant token, the first of equal ones, not `without`; -1 without any. */
export function coresOf(significance: ArrayLike<number>, group: number, without = -1): Int32Array {
  const cores = new Int32Array(Math.floor(significance.length / group)).fill(-1);
  for (let i = 0; i < cores.length; i++) {
    let most = -Infinity;
    for (let token = i * group; token < (i + 1) * group; token++) {
      if (token === without || !(significance[token]! > most)) continue;
      most = significance[token]!;
      cores[i] = token;
    }
  }
  return cores;
}

/** [token] each. */
export interface CoreLoss {
  /** The share of the attention to earlier groups that is not on their cores; NaN where there is none. */
  readonly lost: Float32Array;
  /** The attention to earlier groups, averaged over heads: what `lost` is a share of. 0 in the first group. */
  readonly far: Float32Array;
}

/**
 * What each query would no longer see if each earlier group were its core alone. Earlier are the whole groups before the
 * query's own. With M the query's attention to their tokens and C its attention to their cores, both summed over heads,
 * the loss is 1 - C / M. Values are not pooled, and attention is not normalised again: this is a share of attention, no
 * error of a model's output.
 *
 * `withoutSink`: key 0 counts in neither, nor is it a core; most of the far attention of many models rests on it.
 */
export function lostByCores(
  weights: Float32Array,
  n: number,
  group: number,
  significance: ArrayLike<number> = coreSignificance(weights, n, group),
  withoutSink = false,
): CoreLoss {
  const cores = coresOf(significance, group, withoutSink ? 0 : -1);
  const heads = weights.length / (n * n);
  const lost = new Float32Array(n).fill(NaN);
  const far = new Float32Array(n);
  for (let query = group; query < n; query++) {
    const groups = Math.floor(query / group);
    let mass = 0;
    let kept = 0;
    for (let head = 0; head < heads; head++) {
      const row = (head * n + query) * n;
      for (let key = withoutSink ? 1 : 0; key < groups * group; key++) mass += weights[row + key]!;
      for (let i = 0; i < groups; i++) if (cores[i]! >= 0) kept += weights[row + cores[i]!]!;
    }
    far[query] = mass / heads;
    if (mass > 0) lost[query] = Math.max(0, 1 - kept / mass);
  }
  return { lost, far };
}
