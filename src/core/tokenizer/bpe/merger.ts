// Byte-pair encoding of one pretoken (Sennrich et al. 2016), from its symbols (single bytes or characters, as token
// ids): of all neighbouring pairs that have a merge, the one of lowest rank merges, the leftmost of equals first, until
// none is left. This is the order of Hugging Face's `tokenizers`.
//
// Long pretokens are encoded in windows. A token sequence is the encoding of its symbols if and only if every two
// neighbours are the encoding of theirs (no merge crosses their border earlier than in an encoding of the pair alone),
// so two encodings of overlapping ranges may be joined at a shared token. Windows keep the heap small: time is linear,
// and bounded by n log n if windows never agree.
import type { Merges } from './mergeTable';
import type { TokenList } from '../tokenList';

const WINDOW = 256;
const OVERLAP = 48;

/** An encoding of symbols [start, ends[count - 1]); reused from call to call. */
class PartialEncoding {
  ids = new Int32Array(WINDOW);
  /** [token]; offset of the symbol after the token. */
  ends = new Int32Array(WINDOW);
  start = 0;
  count = 0;

  startOf(token: number): number {
    return token === 0 ? this.start : this.ends[token - 1]!;
  }
}

export class Merger {
  readonly merges: Merges;
  // A doubly linked list of tokens, in arrays by the offset of a token's first symbol.
  #ids = new Int32Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  // A binary heap of possible merges, as rank * 2^32 + offset, which sorts as (rank, offset).
  #heap = new Float64Array(0);
  #heapSize = 0;
  /** The last whole window of symbols, and its tokens with their ends in it: a run of blanks has the same again and again. */
  readonly #lastSymbols = new Int32Array(WINDOW).fill(-1);
  readonly #last = new PartialEncoding();
  #current = new PartialEncoding();
  #other = new PartialEncoding();

  constructor(merges: Merges) {
    this.merges = merges;
  }

  /** Appends the tokens of symbols[0, length), which are ids of the smallest tokens. */
  encode(symbols: Int32Array, length: number, list: TokenList): void {
    let size = WINDOW;
    this.#encodeRange(symbols, 0, Math.min(size, length), this.#current);
    for (;;) {
      const current = this.#current;
      const end = current.ends[current.count - 1]!;
      let settled = end >= length ? current.count : 0;
      if (settled === 0) {
        let from = current.count - 1;
        while (from > 0 && current.startOf(from) > end - OVERLAP) from--;
        const start = current.startOf(from);
        if (from > 0) {
          this.#encodeRange(symbols, start, Math.min(start + size, length), this.#other);
          settled = this.#join(current, from);
        }
      }
      for (let i = 0; i < settled; i++) list.add(current.ids[i]!);
      if (end >= length) return;
      if (settled > 0) {
        [this.#current, this.#other] = [this.#other, this.#current];
        size = WINDOW;
      } else {
        size *= 2;
        const { start } = current;
        this.#encodeRange(symbols, start, Math.min(start + size, length), current);
      }
    }
  }

  /**
   * Finds a token that `current`, from its token `from` on, and `#other` share. Drops the tokens of `#other` before
   * it and returns its index in `current`, or 0 if there is none.
   */
  #join(current: PartialEncoding, from: number): number {
    const other = this.#other;
    let i = from;
    let j = 0;
    while (i < current.count && j < other.count) {
      const distance = current.startOf(i) - other.startOf(j);
      if (distance === 0 && current.ids[i] === other.ids[j] && current.ends[i] === other.ends[j]) {
        other.start = other.startOf(j);
        other.ids.copyWithin(0, j, other.count);
        other.ends.copyWithin(0, j, other.count);
        other.count -= j;
        return i;
      }
      if (distance <= 0) i++;
      if (distance >= 0) j++;
    }
    return 0;
  }

  #encodeRange(symbols: Int32Array, start: number, end: number, into: PartialEncoding): void {
    const length = end - start;
    this.#reserve(length, into);
    if (length === WINDOW && this.#isLast(symbols, start)) {
      into.start = start;
      into.count = this.#last.count;
      for (let i = 0; i < into.count; i++) {
        into.ids[i] = this.#last.ids[i]!;
        into.ends[i] = start + this.#last.ends[i]!;
      }
      return;
    }
    const ids = this.#ids;
    const next = this.#next;
    const previous = this.#previous;
    for (let i = 0; i < length; i++) {
      ids[i] = symbols[start + i]!;
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    this.#heapSize = 0;
    for (let i = 0; i + 1 < length; i++) this.#push(i, i + 1);
    while (this.#heapSize > 0) {
      const top = this.#pop();
      const rank = Math.floor(top / 2 ** 32);
      // Exact, and several times as fast as the remainder.
      const left = top - rank * 2 ** 32;
      const right = next[left]!;
      // Entries stay in the heap when their pair is gone; the position may hold another pair now, or none.
      if (ids[left]! < 0 || right >= length) continue;
      const merge = this.merges.find(ids[left]!, ids[right]!);
      if (merge < 0 || this.merges.rankAt(merge) !== rank) continue;
      ids[left] = this.merges.mergedAt(merge);
      ids[right] = -1;
      const after = next[right]!;
      next[left] = after;
      if (after < length) {
        previous[after] = left;
        this.#push(left, after);
      }
      if (left > 0) this.#push(previous[left]!, left);
    }
    into.start = start;
    into.count = 0;
    for (let i = 0; i < length; i = next[i]!) {
      into.ids[into.count] = ids[i]!;
      into.ends[into.count++] = start + next[i]!;
    }
    if (length === WINDOW) this.#keep(symbols, into);
  }

  #isLast(symbols: Int32Array, start: number): boolean {
    const last = this.#lastSymbols;
    let i = 0;
    while (i < WINDOW && last[i] === symbols[start + i]) i++;
    return i === WINDOW;
  }

  #keep(symbols: Int32Array, { start, ids, ends, count }: PartialEncoding): void {
    const last = this.#last;
    for (let i = 0; i < WINDOW; i++) this.#lastSymbols[i] = symbols[start + i]!;
    for (let i = 0; i < count; i++) {
      last.ids[i] = ids[i]!;
      last.ends[i] = ends[i]! - start;
    }
    last.count = count;
  }

  #reserve(length: number, into: PartialEncoding): void {
    if (into.ids.length < length) {
      into.ids = new Int32Array(length);
      into.ends = new Int32Array(length);
    }
    if (this.#ids.length >= length) return;
    const capacity = Math.max(length, WINDOW);
    this.#ids = new Int32Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    // At most one entry per initial pair and two per merge.
    this.#heap = new Float64Array(capacity * 3);
  }

  #push(left: number, right: number): void {
    const merge = this.merges.find(this.#ids[left]!, this.#ids[right]!);
    if (merge < 0) return;
    const heap = this.#heap;
    const entry = this.merges.rankAt(merge) * 2 ** 32 + left;
    let i = this.#heapSize++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]! <= entry) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): number {
    const heap = this.#heap;
    const top = heap[0]!;
    const size = --this.#heapSize;
    const entry = heap[size]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= entry) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = entry;
    return top;
  }
}
