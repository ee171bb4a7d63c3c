// The merges of a byte-pair encoding, keyed by pair. An open-addressing table in one array, because encoding spends its
// time on one lookup per neighbouring pair.
import { slotOf } from './pairSlots';

const STRIDE = 4; // left, right, rank, merged; a free slot has left = -1

export interface Merges {
  /** A handle for `rankAt` and `mergedAt`, or -1 if the pair never merges. */
  find(left: number, right: number): number;
  /** The place in the order of merges: lower ranks merge first. */
  rankAt(handle: number): number;
  mergedAt(handle: number): number;
  /** Whether some merge involves one of the tokens. */
  takes(isToken: (id: number) => boolean): boolean;
  /** The tokens with which `left` merges, each to the right of it. */
  rightsOf(left: number): ArrayLike<number> & Iterable<number>;
}

export class MergeTable implements Merges {
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** Made when it is asked for: [left] places in `rights`. */
  #sorted: { readonly starts: Uint32Array; readonly rights: Uint32Array } | undefined;

  /** `merges` is [merge, 4]: left, right, rank, result. The last of repeated pairs is used. */
  constructor(merges: Int32Array) {
    const count = merges.length / STRIDE;
    let capacity = 16;
    while (capacity < count * 2) capacity *= 2;
    this.#mask = capacity - 1;
    this.#slots = new Int32Array(capacity * STRIDE).fill(-1);
    for (let at = 0; at < merges.length; at += STRIDE) {
      const slot = this.#find(merges[at]!, merges[at + 1]!);
      for (let i = 0; i < STRIDE; i++) this.#slots[slot + i] = merges[at + i]!;
    }
  }

  find(left: number, right: number): number {
    const slot = this.#find(left, right);
    return this.#slots[slot]! < 0 ? -1 : slot;
  }

  rankAt(handle: number): number {
    return this.#slots[handle + 2]!;
  }

  mergedAt(handle: number): number {
    return this.#slots[handle + 3]!;
  }

  takes(isToken: (id: number) => boolean): boolean {
    for (let at = 0; at < this.#slots.length; at += STRIDE) {
      const [left, right] = [this.#slots[at]!, this.#slots[at + 1]!];
      if (left >= 0 && (isToken(left) || isToken(right))) return true;
    }
    return false;
  }

  rightsOf(left: number): Uint32Array {
    const { starts, rights } = (this.#sorted ??= this.#byLeft());
    return rights.subarray(starts[left] ?? rights.length, starts[left + 1] ?? rights.length);
  }

  #byLeft() {
    let most = -1;
    for (let at = 0; at < this.#slots.length; at += STRIDE) most = Math.max(most, this.#slots[at]!);
    const starts = new Uint32Array(most + 2);
    for (let at = 0; at < this.#slots.length; at += STRIDE)
      if (this.#slots[at]! >= 0) starts[this.#slots[at]! + 1]!++;
    for (let left = 0; left <= most; left++) starts[left + 1]! += starts[left]!;
    const rights = new Uint32Array(starts.at(-1)!);
    const next = starts.slice();
    for (let at = 0; at < this.#slots.length; at += STRIDE) {
      const left = this.#slots[at]!;
      if (left >= 0) rights[next[left]!++] = this.#slots[at + 1]!;
    }
    return { starts, rights };
  }

  #find(left: number, right: number): number {
    return slotOf(this.#slots, STRIDE, this.#mask, left, right);
  }
}
