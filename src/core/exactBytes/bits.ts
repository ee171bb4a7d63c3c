// A set of small numbers, such as tokens, with a bit for each.

export class Bits {
  /** [number >> 5] */
  readonly words: Uint32Array;

  /** For numbers below `limit`; empty, or with the bits of `words`. */
  constructor(
    readonly limit: number,
    words?: Uint32Array,
  ) {
    this.words = words ?? new Uint32Array((limit + 31) >> 5);
  }

  has(number: number): boolean {
    return ((this.words[number >> 5]! >>> (number & 31)) & 1) === 1;
  }

  add(number: number): void {
    this.words[number >> 5]! |= 1 << (number & 31);
  }

  delete(number: number): void {
    this.words[number >> 5]! &= ~(1 << (number & 31));
  }

  clone(): Bits {
    return new Bits(this.limit, this.words.slice());
  }
}
