// Tokens that the tokenizer produces for some text.
import { Bits } from './bits';
import type { SortedTokens } from './sortedTokens';
import type { Joins } from './tokenPairs';

export class ReachableTokens {
  /** [id]; 1: reachable, 2: not reachable, 0: not known yet. */
  readonly #known: Uint8Array;
  #all: Bits | undefined;

  constructor(
    private readonly tokens: SortedTokens,
    private readonly joins: Joins,
  ) {
    this.#known = new Uint8Array(tokens.idLimit);
  }

  has(token: number): boolean {
    const known = this.#known[token]!;
    if (known !== 0) return known === 1;
    const isReachable = this.joins.isReachable(token);
    this.#known[token] = isReachable ? 1 : 2;
    return isReachable;
  }

  /** By id. Not to be changed. */
  get all(): Bits {
    if (this.#all) return this.#all;
    this.#all = new Bits(this.tokens.idLimit);
    for (const token of this.tokens.ids) if (this.has(token)) this.#all.add(token);
    return this.#all;
  }
}
