// The pairs of neighbouring tokens in texts with their places, kept up to date while pairs merge: a merge costs as much as
// the places that it changes.
import { Heap } from './heap';
import type { TokenUnits } from './tokenUnits';

/** Above all ids, so that two of them fit into the 53 bits of a number. */
const KEY_BASE = 2 ** 26;
const GONE = -1;
const NONE = -1;

export interface PlacedPair {
  readonly left: number;
  readonly right: number;
  /** The places where the two are neighbours. */
  count: number;
  /** Tokens at which the pair begins or once began, ascending once `isSorted`; those before `from` are past. */
  places: number[];
  isSorted: boolean;
  from: number;
  /** The only valid one of its entries in the heap. */
  entry: Entry | undefined;
}

/** Count and first place of a pair when it was put into the heap: since then neither has become better. */
interface Entry {
  readonly pair: PlacedPair;
  readonly count: number;
  readonly first: number;
}

export class PlacedPairs {
  /** The tokens of all texts. */
  tokens: number;
  // A doubly linked list of tokens for each unit, in arrays by the place of a token's first token in all texts.
  readonly #ids: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #textStarts: readonly number[];
  readonly #pairs = new Map<number, PlacedPair>();
  readonly #heap = new Heap<Entry>((a, b) =>
    a.count === b.count ? a.first < b.first : a.count > b.count,
  );
  /** Pairs with new places that are not in the heap yet. */
  readonly #grown = new Set<PlacedPair>();

  constructor(texts: readonly TokenUnits[]) {
    const textStarts = [0];
    for (const { ids } of texts) textStarts.push(textStarts.at(-1)! + ids.length);
    this.#textStarts = textStarts;
    this.tokens = textStarts.at(-1)!;
    this.#ids = new Int32Array(this.tokens);
    this.#next = new Int32Array(this.tokens).fill(NONE);
    this.#previous = new Int32Array(this.tokens).fill(NONE);
    texts.forEach(({ ids, starts }, text) => {
      const offset = textStarts[text]!;
      this.#ids.set(ids, offset);
      for (let unit = 0; unit < starts.length; unit++) {
        const end = unit + 1 < starts.length ? starts[unit + 1]! : ids.length;
        for (let i = starts[unit]! + 1; i < end; i++) {
          this.#next[offset + i - 1] = offset + i;
          this.#previous[offset + i] = offset + i - 1;
          this.#add(offset + i - 1);
        }
      }
    });
    this.#pushGrown();
  }

  /** Of the most frequent pairs the one that comes first; undefined if no unit has two tokens. */
  mostFrequent(): PlacedPair | undefined {
    for (;;) {
      const entry = this.#heap.pop();
      if (!entry) return undefined;
      const { pair } = entry;
      if (entry !== pair.entry || pair.count === 0) continue;
      if (entry.count === pair.count && entry.first === this.#firstOf(pair)) return pair;
      this.#push(pair);
    }
  }

  /** Makes one token of the pair wherever it is, from left to right. Returns how many units became one token. */
  merge(pair: PlacedPair, merged: number): number {
    this.#firstOf(pair);
    const places = pair.places.slice(pair.from);
    pair.places = [];
    pair.from = 0;
    let whole = 0;
    for (const at of places) {
      if (!this.#isAt(pair, at)) continue;
      const second = this.#next[at]!;
      const before = this.#previous[at]!;
      const after = this.#next[second]!;
      this.#remove(at);
      if (before !== NONE) this.#remove(before);
      if (after !== NONE) this.#remove(second);
      this.#ids[at] = merged;
      this.#ids[second] = GONE;
      this.#next[at] = after;
      if (after !== NONE) this.#previous[after] = at;
      if (before !== NONE) this.#add(before);
      if (after !== NONE) this.#add(at);
      if (before === NONE && after === NONE) whole++;
      this.tokens--;
    }
    this.#pushGrown();
    return whole;
  }

  /** [text, token] */
  idsByText(): Uint32Array[] {
    return this.#textStarts
      .slice(1)
      .map((end, text) =>
        Uint32Array.from(this.#ids.subarray(this.#textStarts[text], end).filter(id => id !== GONE)),
      );
  }

  #isAt({ left, right }: PlacedPair, at: number): boolean {
    const second = this.#next[at]!;
    return this.#ids[at] === left && second !== NONE && this.#ids[second] === right;
  }

  #keyAt(at: number): number {
    return this.#ids[at]! * KEY_BASE + this.#ids[this.#next[at]!]!;
  }

  #add(at: number): void {
    const key = this.#keyAt(at);
    let pair = this.#pairs.get(key);
    if (!pair) {
      const [left, right] = [this.#ids[at]!, this.#ids[this.#next[at]!]!];
      pair = { left, right, count: 0, places: [], isSorted: true, from: 0, entry: undefined };
      this.#pairs.set(key, pair);
    }
    pair.count++;
    if (pair.places.length > 0 && at < pair.places.at(-1)!) {
      pair.isSorted = false;
      pair.from = 0;
    }
    pair.places.push(at);
    this.#grown.add(pair);
  }

  #remove(at: number): void {
    this.#pairs.get(this.#keyAt(at))!.count--;
  }

  #firstOf(pair: PlacedPair): number {
    if (!pair.isSorted) pair.places.sort((a, b) => a - b);
    pair.isSorted = true;
    while (!this.#isAt(pair, pair.places[pair.from]!)) pair.from++;
    return pair.places[pair.from]!;
  }

  #push(pair: PlacedPair): void {
    pair.entry = { pair, count: pair.count, first: this.#firstOf(pair) };
    this.#heap.push(pair.entry);
  }

  #pushGrown(): void {
    for (const pair of this.#grown) if (pair.count > 0) this.#push(pair);
    this.#grown.clear();
  }
}
