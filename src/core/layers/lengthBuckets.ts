// Means by length, in buckets that double: a curve over positions from 1 to thousands in a dozen points.

export interface LengthBucket {
  /** Lengths [from, to), where `to` is twice `from` and both are powers of two. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly mean: number;
}

export class LengthBuckets {
  /** [power of two] */
  readonly #sums = new Float64Array(32);
  readonly #counts = new Float64Array(32);

  /** `length`: 1 or more. A value that is no number is not counted. */
  add(length: number, value: number): void {
    if (Number.isNaN(value)) return;
    const bucket = 31 - Math.clz32(length);
    this.#sums[bucket]! += value;
    this.#counts[bucket]!++;
  }

  get count(): number {
    return this.#counts.reduce((sum, each) => sum + each, 0);
  }

  /** Of all values; NaN without any. */
  get mean(): number {
    return this.#sums.reduce((sum, each) => sum + each, 0) / this.count;
  }

  /** From short to long; those without a value are left out. */
  result(): LengthBucket[] {
    return Array.from(this.#counts, (count, bucket) => ({
      from: 2 ** bucket,
      to: 2 ** (bucket + 1),
      count,
      mean: this.#sums[bucket]! / count,
    })).filter(({ count }) => count > 0);
  }
}
