// Which tokens may follow one another inside a pretoken. A token sequence is the byte-pair encoding of its bytes if and
// only if every two neighbours are the encoding of theirs: until a merge crosses a border, each side is merged as if it
// stood alone. So a pair is decided by replaying the merges of its two tokens side by side, in the order in which they
// happen, and checking whether a merge of the two symbols at the border comes first. The ranks of the steps are
// compared one by one: a token's merges need not have ascending ranks (a later merge may create what an earlier one
// uses), so sorting them would be wrong for some merge tables.
import type { Merges } from '../tokenizer/bpe/mergeTable';
import { Bits } from './bits';
import { LeftEdges } from './leftEdges';
import { MergeHistories } from './mergeHistories';
import type { TokenPrefix } from './tokenPrefix';

/** Which tokens text can consist of, and which may follow one another without a boundary between them. */
export interface Joins {
  /** Whether some text produces the token. */
  isReachable(id: number): boolean;
  /** `token` must be reachable. */
  mayJoin(prefix: TokenPrefix, token: number): boolean;
  /** The reachable tokens that may join, by id. Not to be changed. */
  joining(prefix: TokenPrefix): Bits;
}

/** Pairs in the cache: a bit each. */
const MAX_KEPT = 1 << 28;

export class TokenPairs implements Joins {
  readonly #merges: Merges;
  readonly #histories: MergeHistories;
  /** By the left token: the right ones. */
  readonly #rights = new Map<number, Bits>();
  #edges: LeftEdges | undefined;
  #reachable: Bits | undefined;

  /** `symbolsOf`: the smallest tokens that a token's text consists of; undefined if no text produces it. */
  constructor(
    merges: Merges,
    idLimit: number,
    symbolsOf: (id: number) => readonly number[] | undefined,
  ) {
    this.#merges = merges;
    this.#histories = new MergeHistories(merges, idLimit, symbolsOf);
  }

  /** Whether encoding the token's own text gives the token. */
  isReachable(id: number): boolean {
    return this.#histories.has(id);
  }

  mayJoin({ last }: TokenPrefix, token: number): boolean {
    return last === undefined || this.isValid(last, token);
  }

  joining({ last }: TokenPrefix): Bits {
    return last === undefined ? this.reachable : this.validAfter(last);
  }

  /** By id. Not to be changed. */
  get reachable(): Bits {
    if (!this.#reachable) {
      const { idLimit } = this.#histories;
      this.#reachable = new Bits(idLimit);
      for (let id = 0; id < idLimit; id++) if (this.isReachable(id)) this.#reachable.add(id);
    }
    return this.#reachable;
  }

  /** Whether encoding the concatenated text gives the two tokens. */
  isValid(left: number, right: number): boolean {
    const rights = this.#rights.get(left);
    return rights ? rights.has(right) : this.#histories.areApart(left, right);
  }

  /** All that are valid after a token, by id. Not to be changed. */
  validAfter(left: number): Bits {
    const known = this.#rights.get(left);
    if (known) return known;
    if (this.#rights.size * this.#histories.idLimit > MAX_KEPT) this.#rights.clear();
    const rights = this.isReachable(left)
      ? this.reachable.clone()
      : new Bits(this.#histories.idLimit);
    this.#edges ??= new LeftEdges(this.#histories);
    const { tokens } = this.#edges;
    for (const { symbol, until } of this.#lastSymbols(left)) {
      for (const right of this.#merges.rightsOf(symbol)) {
        const rank = this.#merges.rankAt(this.#merges.find(symbol, right));
        if (rank >= until) continue;
        const { start, end } = this.#edges.crossedBy(right, rank);
        for (let place = start; place < end; place++) {
          const token = tokens[place]!;
          if (rights.has(token) && !this.#histories.areApart(left, token)) rights.delete(token);
        }
      }
    }
    this.#rights.set(left, rights);
    return rights;
  }

  /** The last symbols of a token as it grows, each with the highest rank of a merge while it was the last. */
  #lastSymbols(id: number): { symbol: number; until: number }[] {
    if (!this.isReachable(id)) return [];
    const found: { symbol: number; until: number }[] = [];
    for (let step = 0; step <= this.#histories.steps(id); step++) {
      const symbol = this.#histories.lastAt(id, step);
      const rank = this.#histories.rankAt(id, step);
      const before = found.at(-1);
      if (before?.symbol === symbol) before.until = Math.max(before.until, rank);
      else found.push({ symbol, until: rank });
    }
    return found;
  }
}
