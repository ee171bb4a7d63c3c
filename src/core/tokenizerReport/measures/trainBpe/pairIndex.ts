import { slotOf } from '../../../tokenizer/bpe/pairSlots';

const STRIDE = 3; // left, right, number; a free slot has left = -1
const FIRST_SLOTS = 1 << 12;

/** Numbers pairs of tokens in the order in which they are first asked for. */
export class PairIndex {
  readonly lefts: number[] = [];
  readonly rights: number[] = [];
  #slots = new Int32Array(FIRST_SLOTS * STRIDE).fill(-1);
  #mask = FIRST_SLOTS - 1;

  of(left: number, right: number): number {
    const slot = slotOf(this.#slots, STRIDE, this.#mask, left, right);
    if (this.#slots[slot]! >= 0) return this.#slots[slot + 2]!;
    const number = this.lefts.length;
    this.lefts.push(left);
    this.rights.push(right);
    this.#slots.set([left, right, number], slot);
    if (2 * number > this.#mask) this.#grow();
    return number;
  }

  #grow(): void {
    const slots = 2 * (this.#mask + 1);
    this.#slots = new Int32Array(slots * STRIDE).fill(-1);
    this.#mask = slots - 1;
    this.lefts.forEach((left, number) => {
      const right = this.rights[number]!;
      const slot = slotOf(this.#slots, STRIDE, this.#mask, left, right);
      this.#slots.set([left, right, number], slot);
    });
  }
}
