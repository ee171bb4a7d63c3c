// Sums over the row of log-probabilities after a node of a tree, made where the row is: a few numbers instead of a
// vocabulary of them. In the order of their bytes, the tokens that begin with the same bytes are neighbours.

import { expOf } from './exp';

/** What is asked of one row. The answers come in this order. */
export interface RowSums {
  /** Of the tree. */
  readonly node: number;
  /** Tokens whose log-probabilities are asked for. */
  readonly tokens: readonly number[];
  /** Each is one sum. */
  readonly ranges: readonly RangeSum[];
  /** A set of tokens as words of 32 bits: asks for the sum of all others, of the whole row. */
  readonly others?: Uint32Array;
}

/** The tokens at places [start, end) of the order that are in a set. */
export interface RangeSum {
  readonly start: number;
  readonly end: number;
  /** As `others`. */
  readonly among: Uint32Array;
}

/** How many numbers answer. */
export function answersOf({ tokens, ranges, others }: RowSums): number {
  return tokens.length + ranges.length + (others ? 1 : 0);
}

/** Writes the answers, nats: the logarithms of the sums of probabilities. `order`: the tokens that ranges are of. */
export function sumRow(
  row: Float32Array | Float64Array,
  order: Uint32Array,
  { tokens, ranges, others }: RowSums,
  answers: Float64Array,
): void {
  let at = 0;
  for (const token of tokens) answers[at++] = row[token]!;
  for (const range of ranges) answers[at++] = sumOfRange(row, order, range);
  if (others) answers[at] = sumOfOthers(row, others);
}

function sumOfRange(
  row: Float32Array | Float64Array,
  order: Uint32Array,
  { start, end, among }: RangeSum,
): number {
  let largest = -Infinity;
  for (let place = start; place < end; place++) {
    const token = order[place]!;
    if (row[token]! > largest && (among[token >> 5]! >>> (token & 31)) & 1) largest = row[token]!;
  }
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (let place = start; place < end; place++) {
    const token = order[place]!;
    if ((among[token >> 5]! >>> (token & 31)) & 1) sum += expOf(row[token]! - largest);
  }
  return largest + Math.log(sum);
}

/** Less than what a sum of as many as any vocabulary has shows in double precision. */
const NOTHING = -60;

function sumOfOthers(row: Float32Array | Float64Array, set: Uint32Array): number {
  let sum = 0;
  const limit = Math.min(row.length, set.length * 32);
  for (let word = 0; word * 32 < limit; word++) {
    const first = word * 32;
    let rest = ~set[word]! >>> 0;
    if (limit - first < 32) rest &= (1 << (limit - first)) - 1;
    while (rest !== 0) {
      const bit = 31 - Math.clz32(rest);
      rest ^= 1 << bit;
      const logprob = row[first + bit]!;
      if (logprob > NOTHING) sum += expOf(logprob);
    }
  }
  for (let token = limit; token < row.length; token++) sum += expOf(row[token]!);
  return Math.log(sum);
}
