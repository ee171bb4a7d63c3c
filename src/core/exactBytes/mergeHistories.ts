// The merges by which byte-pair encoding builds each token from its bytes, in one array.
import type { Merges } from '../tokenizer/bpe/mergeTable';

const UNKNOWN = 0;
const NONE = -1;

export class MergeHistories {
  readonly #merges: Merges;
  readonly #symbolsOf: (id: number) => readonly number[] | undefined;
  /** [id]; where the token's history begins in `#pool`. */
  readonly #starts: Int32Array;
  /** Of each token: its steps n, ranks [n], first symbols [n + 1], last symbols [n + 1]. */
  #pool = new Int32Array(1 << 10);
  /** Place 0 means that a history is not known yet. */
  #used = 1;

  /** `symbolsOf`: the smallest tokens that a token's text consists of; undefined if no text produces it. */
  constructor(
    merges: Merges,
    readonly idLimit: number,
    symbolsOf: (id: number) => readonly number[] | undefined,
  ) {
    this.#merges = merges;
    this.#symbolsOf = symbolsOf;
    this.#starts = new Int32Array(idLimit);
  }

  /** Whether encoding the token's own text gives the token. */
  has(id: number): boolean {
    return this.#startOf(id) !== NONE;
  }

  /** The number of merges of a token that there is a history of. */
  steps(id: number): number {
    return this.#pool[this.#startOf(id)]!;
  }

  /** The rank of a step; infinite after the last one. */
  rankAt(id: number, step: number): number {
    const start = this.#startOf(id);
    return step < this.#pool[start]! ? this.#pool[start + 1 + step]! : Infinity;
  }

  /** The first symbol before a step; after the last one, the token. */
  firstAt(id: number, step: number): number {
    const start = this.#startOf(id);
    return this.#pool[start + 1 + this.#pool[start]! + step]!;
  }

  /** The last symbol before a step; after the last one, the token. */
  lastAt(id: number, step: number): number {
    const start = this.#startOf(id);
    return this.#pool[start + 2 + 2 * this.#pool[start]! + step]!;
  }

  /**
   * Whether encoding the concatenated text of two tokens gives the two: replays the merges of both side by side, in the
   * order in which they happen, until one crosses the border. Takes as many steps as they have.
   */
  areApart(left: number, right: number): boolean {
    const l = this.#startOf(left);
    const r = this.#startOf(right);
    if (l === NONE || r === NONE) return false;
    const pool = this.#pool;
    const leftSteps = pool[l]!;
    const rightSteps = pool[r]!;
    const lasts = l + 2 + 2 * leftSteps;
    const firsts = r + 1 + rightSteps;
    for (let i = 0, j = 0; ;) {
      const leftRank = i < leftSteps ? pool[l + 1 + i]! : Infinity;
      const rightRank = j < rightSteps ? pool[r + 1 + j]! : Infinity;
      const crossing = this.#merges.find(pool[lasts + i]!, pool[firsts + j]!);
      if (crossing >= 0) {
        const rank = this.#merges.rankAt(crossing);
        // Of equal ranks, the leftmost merges first.
        if (rank < leftRank && rank <= rightRank) return false;
      }
      if (leftRank <= rightRank) {
        if (leftRank === Infinity) return true;
        i++;
      } else {
        j++;
      }
    }
  }

  #startOf(id: number): number {
    const known = this.#starts[id]!;
    return known === UNKNOWN ? (this.#starts[id] = this.#replay(id)) : known;
  }

  #replay(id: number): number {
    const symbols = this.#symbolsOf(id);
    if (!symbols || symbols.length === 0) return NONE;
    const left = Int32Array.from(symbols);
    const history = [0];
    const firsts = [left[0]!];
    const lasts = [left[left.length - 1]!];
    for (let count = left.length; count > 1; count--) {
      let best = -1;
      let lowest = Infinity;
      for (let i = 0; i + 1 < count; i++) {
        const merge = this.#merges.find(left[i]!, left[i + 1]!);
        if (merge < 0 || this.#merges.rankAt(merge) >= lowest) continue;
        lowest = this.#merges.rankAt(merge);
        best = i;
      }
      if (best < 0) return NONE;
      left[best] = this.#merges.mergedAt(this.#merges.find(left[best]!, left[best + 1]!));
      left.copyWithin(best + 1, best + 2, count);
      history.push(lowest);
      firsts.push(left[0]!);
      lasts.push(left[count - 2]!);
    }
    if (left[0] !== id) return NONE;
    history[0] = history.length - 1;
    return this.#keep([...history, ...firsts, ...lasts]);
  }

  #keep(history: readonly number[]): number {
    const start = this.#used;
    this.#used += history.length;
    if (this.#used > this.#pool.length) {
      const pool = new Int32Array(Math.max(this.#used, 2 * this.#pool.length));
      pool.set(this.#pool);
      this.#pool = pool;
    }
    this.#pool.set(history, start);
    return start;
  }
}
