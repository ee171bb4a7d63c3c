// Added tokens among the tokens of text: each is reached by its own name alone, and joins no token.
import { Bits } from './bits';
import type { AddedBoundaries } from './addedBoundaries';
import type { SortedTokens } from './sortedTokens';
import type { Joins } from './tokenPairs';
import type { TokenPrefix } from './tokenPrefix';

export class AddedJoins implements Joins {
  readonly #inner: Joins;
  readonly #boundaries: AddedBoundaries;
  readonly #tokens: SortedTokens;
  readonly #added: ReadonlySet<number>;
  readonly #none: Bits;
  /** Keyed by sets of the inner joins: the same without added tokens. */
  readonly #without = new WeakMap<Bits, Bits>();

  constructor(
    inner: Joins,
    boundaries: AddedBoundaries,
    tokens: SortedTokens,
    added: Iterable<number>,
  ) {
    this.#inner = inner;
    this.#boundaries = boundaries;
    this.#tokens = tokens;
    this.#added = new Set(added);
    this.#none = new Bits(tokens.idLimit);
  }

  isReachable(id: number): boolean {
    if (this.#added.has(id)) return true;
    return !this.#boundaries.spellsAdded(this.#tokens.bytesOf(id)!) && this.#inner.isReachable(id);
  }

  mayJoin(prefix: TokenPrefix, token: number): boolean {
    const { last } = prefix;
    if (this.#added.has(token) || (last !== undefined && this.#added.has(last))) return false;
    return this.#inner.mayJoin(prefix, token);
  }

  joining(prefix: TokenPrefix): Bits {
    const { last } = prefix;
    if (last !== undefined && this.#added.has(last)) return this.#none;
    const inner = this.#inner.joining(prefix);
    let found = this.#without.get(inner);
    if (!found) {
      this.#without.set(inner, (found = inner.clone()));
      for (const id of this.#added) if (id < found.limit) found.delete(id);
    }
    return found;
  }
}
