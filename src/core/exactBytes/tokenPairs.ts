// Which tokens may follow one another inside a pretoken. A token sequence is the byte-pair encoding of its bytes if and
// only if every two neighbours are the encoding of theirs: until a merge crosses a border, each side is merged as if it
// stood alone. So a pair is decided by replaying the merges of its two tokens side by side, in the order in which they
// happen, and checking whether a merge of the two symbols at the border comes first. The ranks of the steps are
// compared one by one: a token's merges need not have ascending ranks (a later merge may create what an earlier one
// uses), so sorting them would be wrong for some merge tables.
import type { Merges } from '../tokenizer/bpe/mergeTable';
import type { TokenPrefix } from './tokenPrefix';

/** Which tokens text can consist of, and which may follow one another without a boundary between them. */
export interface Joins {
  /** Whether some text produces the token. */
  isReachable(id: number): boolean;
  /** `token` must be reachable. */
  mayJoin(prefix: TokenPrefix, token: number): boolean;
}

/** Pairs in the cache. */
const MAX_KEPT = 1 << 25;

/** The merges by which byte-pair encoding builds a token from its bytes. */
interface MergeHistory {
  /** [step]; the merge's rank. */
  readonly ranks: readonly number[];
  /** [step]; the first and the last symbol before the step. The entry after the last step is the token. */
  readonly firsts: readonly number[];
  readonly lasts: readonly number[];
}

export class TokenPairs implements Joins {
  readonly #merges: Merges;
  readonly #symbolsOf: (id: number) => readonly number[] | undefined;
  /** By the left token: [right token], two bits each: 1 valid, 2 invalid, 0 not known yet. */
  readonly #valid = new Map<number, Uint8Array>();
  readonly #idLimit: number;
  /** [id]; null if encoding the token's bytes gives other tokens. */
  readonly #histories: (MergeHistory | null | undefined)[] = [];

  /** `symbolsOf`: the smallest tokens that a token's text consists of; undefined if no text produces it. */
  constructor(
    merges: Merges,
    idLimit: number,
    symbolsOf: (id: number) => readonly number[] | undefined,
  ) {
    this.#merges = merges;
    this.#idLimit = idLimit;
    this.#symbolsOf = symbolsOf;
  }

  /** Whether encoding the token's own text gives the token. */
  isReachable(id: number): boolean {
    return this.#historyOf(id) !== null;
  }

  mayJoin({ last }: TokenPrefix, token: number): boolean {
    return last === undefined || this.isValid(last, token);
  }

  /** Whether encoding the concatenated text gives the two tokens. */
  isValid(left: number, right: number): boolean {
    let known = this.#valid.get(left);
    if (!known) {
      if (this.#valid.size * this.#idLimit > MAX_KEPT) this.#valid.clear();
      this.#valid.set(left, (known = new Uint8Array((this.#idLimit + 3) >> 2)));
    }
    const shift = (right & 3) << 1;
    let bits = (known[right >> 2]! >> shift) & 3;
    if (bits === 0) {
      bits = this.#areApart(left, right) ? 1 : 2;
      known[right >> 2]! |= bits << shift;
    }
    return bits === 1;
  }

  /** Takes as many steps as the two tokens have merges. */
  #areApart(left: number, right: number): boolean {
    const l = this.#historyOf(left);
    const r = this.#historyOf(right);
    if (!l || !r) return false;
    for (let i = 0, j = 0; ;) {
      const leftRank = l.ranks[i] ?? Infinity;
      const rightRank = r.ranks[j] ?? Infinity;
      const crossing = this.#merges.find(l.lasts[i]!, r.firsts[j]!);
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

  #historyOf(id: number): MergeHistory | null {
    const known = this.#histories[id];
    return known === undefined ? (this.#histories[id] = this.#replay(id)) : known;
  }

  #replay(id: number): MergeHistory | null {
    const symbols = [...(this.#symbolsOf(id) ?? [])];
    if (symbols.length === 0) return null;
    const ranks: number[] = [];
    const firsts = [symbols[0]!];
    const lasts = [symbols.at(-1)!];
    while (symbols.length > 1) {
      let best = -1;
      let lowest = Infinity;
      for (let i = 0; i + 1 < symbols.length; i++) {
        const merge = this.#merges.find(symbols[i]!, symbols[i + 1]!);
        if (merge < 0 || this.#merges.rankAt(merge) >= lowest) continue;
        lowest = this.#merges.rankAt(merge);
        best = i;
      }
      if (best < 0) return null;
      const merge = this.#merges.find(symbols[best]!, symbols[best + 1]!);
      symbols.splice(best, 2, this.#merges.mergedAt(merge));
      ranks.push(lowest);
      firsts.push(symbols[0]!);
      lasts.push(symbols.at(-1)!);
    }
    return symbols[0] === id ? { ranks, firsts, lasts } : null;
  }
}
