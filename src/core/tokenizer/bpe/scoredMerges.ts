// The merges of a vocabulary without a list of them: two neighbours merge if their concatenation is in the vocabulary.
// Which pairs do is found when a text first has them, since a large vocabulary has half a million of them.
import type { Merges } from './mergeTable';
import { slotOf } from './pairSlots';

const STRIDE = 3; // left, right, merged: -1 if they never merge; a free slot has left = -1
const LEAST_SLOTS = 1 << 12;
/** Beyond it the table begins anew, so that texts of unusual pairs do not fill the memory. */
const MOST_SLOTS = 1 << 20;

export class ScoredMerges implements Merges {
  readonly #ids: ReadonlyMap<string, number>;
  /** [id]; undefined where the token takes no part in merging. */
  readonly #texts: readonly (string | undefined)[];
  readonly #ranks: ArrayLike<number>;
  #slots = new Int32Array(LEAST_SLOTS * STRIDE).fill(-1);
  #mask = LEAST_SLOTS - 1;
  #count = 0;
  /** Made when it is asked for: the contents, ascending. */
  #sorted: readonly string[] | undefined;

  /**
   * `ids` is keyed by a token's content, in any encoding in which joining tokens joins strings. `ranks` is [id]: the
   * lowest merges first. A handle is the id of what the pair becomes.
   */
  constructor(ids: ReadonlyMap<string, number>, ranks: ArrayLike<number>) {
    this.#ids = ids;
    this.#ranks = ranks;
    const texts = Array.from<string | undefined>({ length: ranks.length });
    for (const [text, id] of ids) texts[id] = text;
    this.#texts = texts;
  }

  find(left: number, right: number): number {
    let slot = this.#find(left, right);
    if (this.#slots[slot]! >= 0) return this.#slots[slot + 2]!;
    const merged = this.#mergedOf(left, right);
    if (this.#grow()) slot = this.#find(left, right);
    this.#slots[slot] = left;
    this.#slots[slot + 1] = right;
    this.#slots[slot + 2] = merged;
    this.#count++;
    return merged;
  }

  rankAt(handle: number): number {
    return this.#ranks[handle]!;
  }

  mergedAt(handle: number): number {
    return handle;
  }

  /** Whether some token that merges may give or take is one of them. */
  takes(isToken: (id: number) => boolean): boolean {
    for (const id of this.#ids.values()) if (isToken(id)) return true;
    return false;
  }

  rightsOf(left: number): number[] {
    const text = this.#texts[left];
    if (text === undefined) return [];
    const sorted = (this.#sorted ??= [...this.#ids.keys()].sort());
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < text) low = middle + 1;
      else high = middle;
    }
    const rights: number[] = [];
    for (let place = low; sorted[place]?.startsWith(text); place++) {
      const right = this.#ids.get(sorted[place]!.slice(text.length));
      if (right !== undefined && this.#texts[right] !== undefined) rights.push(right);
    }
    return rights;
  }

  #mergedOf(left: number, right: number): number {
    const [before, after] = [this.#texts[left], this.#texts[right]];
    if (before === undefined || after === undefined) return -1;
    return this.#ids.get(before + after) ?? -1;
  }

  /** Makes room for one more pair; returns whether slots have moved. */
  #grow(): boolean {
    const slots = this.#mask + 1;
    if ((this.#count + 1) * 2 <= slots) return false;
    const old = this.#slots;
    const isFull = slots === MOST_SLOTS;
    const capacity = isFull ? LEAST_SLOTS : slots * 2;
    this.#slots = new Int32Array(capacity * STRIDE).fill(-1);
    this.#mask = capacity - 1;
    if (isFull) this.#count = 0;
    else
      for (let at = 0; at < old.length; at += STRIDE) {
        if (old[at]! < 0) continue;
        this.#slots.set(old.subarray(at, at + STRIDE), this.#find(old[at]!, old[at + 1]!));
      }
    return true;
  }

  #find(left: number, right: number): number {
    return slotOf(this.#slots, STRIDE, this.#mask, left, right);
  }
}

/** [id]; the highest score has rank 0, equal scores have equal ranks. */
export function ranksOfScores(scores: ArrayLike<number>): Int32Array {
  const order = Float64Array.from(scores).sort();
  const ranks = new Map<number, number>();
  for (let i = order.length - 1; i >= 0; i--)
    if (!ranks.has(order[i]!)) ranks.set(order[i]!, ranks.size);
  return Int32Array.from(scores, score => ranks.get(score)!);
}
