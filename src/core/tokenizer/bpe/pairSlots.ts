// A hash table of pairs of tokens in one array, with open addressing.

/**
 * Where the slot of a pair begins in `slots`, or the free slot where the pair would go. A slot has `stride` numbers, of
 * which the first two are the pair, and -1 is free; there are `mask` + 1 slots, a power of two, not all of them taken.
 */
export function slotOf(
  slots: Int32Array,
  stride: number,
  mask: number,
  left: number,
  right: number,
): number {
  let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca77);
  hash ^= hash >>> 15;
  for (let i = hash & mask; ; i = (i + 1) & mask) {
    const slot = i * stride;
    const found = slots[slot]!;
    if (found < 0 || (found === left && slots[slot + 1] === right)) return slot;
  }
}
