// What the rows of causal attention say of each query: how spread they are, how much rests on the first token (the
// attention sink, Xiao et al. 2023, arXiv:2309.17453), and how much stays near.
import { LengthBuckets, type LengthBucket } from './lengthBuckets';

export interface AttentionShape {
  readonly heads: number;
  /** Queries: the last ones of the positions. */
  readonly tokens: number;
  /** Positions that the last query sees, itself among them. */
  readonly seen: number;
}

/** Columns, each flat [token, head]. */
export interface AttentionColumns {
  /** In nats. */
  readonly entropies: Float32Array;
  /** The weight of key 0. */
  readonly sinks: Float32Array;
  /** In nats, of the row without key 0, normalised again; NaN where nothing is left. */
  readonly entropiesWithoutSink: Float32Array;
  /** The weight of the last keys: see `summariseAttention`. */
  readonly locals: Float32Array;
}

export function attentionColumns(tokens: number, heads: number): AttentionColumns {
  const column = () => new Float32Array(tokens * heads).fill(NaN);
  return {
    entropies: column(),
    sinks: column(),
    entropiesWithoutSink: column(),
    locals: column(),
  };
}

/**
 * Of one layer. `weights`: flat [heads, tokens, seen]; query t sees n = seen - tokens + t + 1 keys, and what is after them
 * is not read.
 *
 * A local weight is that of the last `share` × n keys (0 < share <= 1): the attention dilution of transNormer (Qin et
 * al. 2022, arXiv:2210.10340), whose window is around the token and here before it, since later tokens are not seen. The
 * key at the window's edge counts in part. So uniform attention has exactly `share`, and attention to the token itself
 * has 1, or `share` × n where that is less.
 *
 * `into` is written from its token `at` on, for rows that come in chunks.
 */
export function summariseAttention(
  weights: Float32Array,
  { heads, tokens, seen }: AttentionShape,
  share: number,
  into = attentionColumns(tokens, heads),
  at = 0,
): AttentionColumns {
  const past = seen - tokens;
  for (let head = 0; head < heads; head++) {
    for (let token = 0; token < tokens; token++) {
      const row = (head * tokens + token) * seen;
      const end = row + past + token + 1;
      const out = (at + token) * heads + head;
      const sink = weights[row]!;
      let rest = 0;
      let sum = 0;
      for (let i = row + 1; i < end; i++) {
        const weight = weights[i]!;
        if (weight <= 0) continue;
        rest += weight;
        sum -= weight * Math.log(weight);
      }
      into.sinks[out] = sink;
      into.entropies[out] = sum + (sink > 0 ? -sink * Math.log(sink) : 0);
      // With w / rest for w: the logarithms of the sum have log rest too much.
      into.entropiesWithoutSink[out] = rest > 0 ? Math.max(0, sum / rest + Math.log(rest)) : NaN;
      into.locals[out] = localWeight(weights, row, end, share);
    }
  }
  return into;
}

function localWeight(weights: Float32Array, row: number, end: number, share: number): number {
  const span = share * (end - row);
  const whole = Math.floor(span);
  let sum = 0;
  for (let i = end - whole; i < end; i++) sum += weights[i]!;
  const edge = end - whole - 1;
  return edge < row ? sum : sum + (span - whole) * weights[edge]!;
}

export interface AttendedKey {
  readonly key: number;
  readonly weight: number;
}

/** The `count` keys of the largest weights, largest first, the earlier of equal ones first; none whose weight is 0. */
export function mostAttended(row: ArrayLike<number>, count: number): AttendedKey[] {
  const most: AttendedKey[] = [];
  for (let key = 0; key < row.length; key++) {
    const weight = row[key]!;
    if (weight <= 0 || (most.length >= count && !(weight > (most.at(-1)?.weight ?? Infinity))))
      continue;
    let at = most.length;
    while (at > 0 && most[at - 1]!.weight < weight) at--;
    most.splice(at, 0, { key, weight });
    if (most.length > count) most.pop();
  }
  return most;
}

/** How local a layer is. */
export interface Dilution {
  /** Over tokens and heads; NaN without a value. */
  readonly mean: number;
  /** By the number of keys that a query sees. */
  readonly curve: readonly LengthBucket[];
}

/** The marks of a curve: attention that is spread evenly, and attention to the token itself. */
export const dilutionMarks = (share: number) => ({ uniform: share, diagonal: 1 });

/**
 * The mean of local weights over the tokens [from, to) and all heads. `locals`: flat [token, head] of one layer, NaN where
 * it is not known. `seen`: [token], the keys of each query, where that is not its index + 1, as in a second window.
 */
export function dilutionOf(
  locals: ArrayLike<number>,
  heads: number,
  { from, to }: { readonly from: number; readonly to: number },
  seen?: ArrayLike<number>,
): Dilution {
  const buckets = new LengthBuckets();
  for (let token = from; token < to; token++)
    for (let head = 0; head < heads; head++)
      buckets.add(seen?.[token] ?? token + 1, locals[token * heads + head]!);
  return { mean: buckets.mean, curve: buckets.result() };
}
