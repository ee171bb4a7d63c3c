// Tokens by how their left edges are built. A token's first symbol grows by merges: `l`, `le`, `left`. Tokens form trees,
// in which a token's parent is its first symbol before the last merge; a merge that would cross the border before one of
// them, at a time when that symbol is there, crosses it in all tokens below whose next merge there comes later. So what
// may not follow a token is found among few, and not by trying all.
import type { MergeHistories } from './mergeHistories';

export class LeftEdges {
  /** [place]: the tokens, each before those below it. */
  readonly tokens: Uint32Array;
  /** [place]; the place after the last token below. */
  readonly #ends: Uint32Array;
  /** [place], a rank: the highest among the merges while the parent was the first symbol. Descending among siblings. */
  readonly #deadlines: Float64Array;
  /** [id]; -1: no text produces it. */
  readonly #places: Int32Array;

  constructor(histories: MergeHistories) {
    const { idLimit } = histories;
    const below = new Map<number, number[]>();
    const deadlines = new Float64Array(idLimit);
    const roots: number[] = [];
    let count = 0;
    for (let id = 0; id < idLimit; id++) {
      if (!histories.has(id)) continue;
      count++;
      const steps = histories.steps(id);
      if (steps === 0) {
        roots.push(id);
        continue;
      }
      const parent = histories.firstAt(id, steps - 1);
      for (let step = steps - 1; step >= 0 && histories.firstAt(id, step) === parent; step--)
        deadlines[id] = Math.max(deadlines[id]!, histories.rankAt(id, step));
      const siblings = below.get(parent);
      if (siblings) siblings.push(id);
      else below.set(parent, [id]);
    }
    this.tokens = new Uint32Array(count);
    this.#ends = new Uint32Array(count);
    this.#deadlines = new Float64Array(count);
    this.#places = new Int32Array(idLimit).fill(-1);
    let place = 0;
    const add = (id: number) => {
      const own = place++;
      this.tokens[own] = id;
      this.#deadlines[own] = deadlines[id]!;
      this.#places[id] = own;
      const children = below.get(id) ?? [];
      for (const child of children.sort((a, b) => deadlines[b]! - deadlines[a]!)) add(child);
      this.#ends[own] = place;
    };
    for (const root of roots) add(root);
  }

  /**
   * Places [start, end) of the tokens whose first symbol is `symbol` at some time at which no merge of a lower rank than
   * `rank` is left to them: a merge of this rank across their border comes first.
   */
  crossedBy(symbol: number, rank: number): { start: number; end: number } {
    const start = this.#places[symbol]!;
    if (start < 0) return { start: 0, end: 0 };
    let end = start + 1;
    while (end < this.#ends[start]! && this.#deadlines[end]! >= rank) end = this.#ends[end]!;
    return { start, end };
  }
}
