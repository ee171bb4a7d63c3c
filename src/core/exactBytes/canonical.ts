// Decides which token sequences are canonical: a prefix of the tokens that the tokenizer produces for some text.
import { Bits } from './bits';
import type { ByteString } from './byteString';
import { followerSets, type FollowerSets } from './followerSets';
import { CUT_CLOSED, CUT_OPEN, JOINED_CLOSED, JOINED_OPEN, PrefixSplits } from './prefixSplits';
import type { PretokenBoundaries } from './pretokenBoundaries';
import { ReachableTokens } from './reachableTokens';
import type { SortedTokens } from './sortedTokens';
import type { Joins } from './tokenPairs';
import type { TokenPrefix } from './tokenPrefix';
import { TokenShapes, type Shapes } from './tokenShapes';
import { CONTINUATIONS, incompleteFrom } from './utf8Characters';

const NONE: ReadonlySet<number> = new Set();
const MAX_KEPT = 1000;
/** Tokens in the sets that are kept: a bit each. */
const MAX_KEPT_TOKENS = 1 << 28;

/** What is known of the tokens that may follow prefixes of one shape. */
interface KnownFollowers {
  readonly shapes: Shapes;
  /** [shape of the token]; bits, 0 if not known yet. */
  readonly ways: Uint8Array;
  /**
   * Keyed by the token, or by -1 - token if it does not join: whether something can follow if it ends inside a
   * pretoken.
   */
  readonly continued: Map<number, boolean>;
  sets?: FollowerSets;
}

interface FoundOfPrefix {
  readonly key: string | undefined;
  followers?: Bits;
  /** Tokens that may continue an added token that the prefix ends inside of: their shapes do not tell how they are split. */
  readonly continuing: ReadonlySet<number>;
}

export class Canonical {
  readonly #joins: Joins;
  readonly #tokens: SortedTokens;
  readonly #boundaries: PretokenBoundaries;
  readonly #splits: PrefixSplits;
  readonly #reachable: ReachableTokens;
  readonly #shapes: TokenShapes;
  /** Keyed by the prefix's shape. */
  readonly #kept = new Map<string, KnownFollowers>();
  /** Keyed by the prefix's shape and its last token. */
  readonly #followers = new Map<string, Bits>();
  /** What was found of prefixes that are asked for again. */
  readonly #found = new WeakMap<TokenPrefix, FoundOfPrefix>();
  /** Keyed by the ways of all shapes. */
  readonly #sets = new Map<string, FollowerSets>();

  constructor(joins: Joins, tokens: SortedTokens, boundaries: PretokenBoundaries) {
    this.#joins = joins;
    this.#tokens = tokens;
    this.#boundaries = boundaries;
    this.#splits = new PrefixSplits(boundaries);
    this.#reachable = new ReachableTokens(tokens, joins);
    this.#shapes = new TokenShapes(tokens, boundaries, joins, this.#reachable);
  }

  /** The prefix plus one text token, canonical or not. */
  extend(prefix: TokenPrefix, token: number): TokenPrefix {
    return prefix.append(token, this.#tokens.bytesOf(token)!, this.#joins.mayJoin(prefix, token));
  }

  /** Whether the tokens of some text begin with the prefix and the token. */
  follows(prefix: TokenPrefix, token: number): boolean {
    return this.follower(prefix)(token);
  }

  /** All of them, by id. Not to be changed. */
  followers(prefix: TokenPrefix): Bits {
    const found = this.#foundOf(prefix);
    return (found.followers ??= this.#findFollowers(prefix, found));
  }

  #findFollowers(prefix: TokenPrefix, { key, continuing }: FoundOfPrefix): Bits {
    if (key === undefined) return this.#triedFollowers(prefix);
    if (continuing.size > 0) return this.#followersInsideAdded(prefix, continuing);
    const whole = `${prefix.last} ${key}`;
    const kept = this.#followers.get(whole);
    if (kept) return kept;
    const found = this.#foundFollowers(prefix, this.#knownAfter(prefix)!);
    if (this.#followers.size * this.#tokens.idLimit > MAX_KEPT_TOKENS) this.#followers.clear();
    this.#followers.set(whole, found);
    return found;
  }

  /** By their shapes, except for tokens that may continue the added one. */
  #followersInsideAdded(prefix: TokenPrefix, continuing: ReadonlySet<number>): Bits {
    const known = this.#knownAfter(prefix)!;
    const rests = this.#boundaries.openRests!(prefix.bytes);
    // What ends the added token would stand for tokens that do not.
    if (known.shapes.bytes.some(bytes => rests.some(rest => bytes.startsWith(rest))))
      return this.#triedFollowers(prefix);
    const found = this.#foundFollowers(prefix, known);
    const follows = this.follower(prefix);
    for (const token of continuing)
      if (follows(token)) found.add(token);
      else found.delete(token);
    return found;
  }

  /** Asks of every token that can be one. */
  #triedFollowers(prefix: TokenPrefix): Bits {
    const found = new Bits(this.#tokens.idLimit);
    const follows = this.follower(prefix);
    const isInside = incompleteFrom(prefix.bytes) < prefix.bytes.length;
    const { ids } = this.#tokens;
    // Only the rest of a character can follow its beginning.
    const start = isInside ? this.#tokens.startingFrom(CONTINUATIONS[0]!) : 0;
    const end = isInside ? this.#tokens.startingFrom('\xc0') : ids.length;
    for (let place = start; place < end; place++) if (follows(ids[place]!)) found.add(ids[place]!);
    return found;
  }

  #foundFollowers(prefix: TokenPrefix, known: KnownFollowers): Bits {
    const { cut, joined, open, openJoined } = (known.sets ??= this.#setsAfter(prefix, known));
    const reachable = this.#reachable.all;
    const joining = this.#joins.joining(prefix);
    const found = new Bits(this.#tokens.idLimit);
    for (let word = 0; word < found.words.length; word++)
      found.words[word] =
        reachable.words[word]! & (cut.words[word]! | (joined.words[word]! & joining.words[word]!));
    const follows = this.follower(prefix);
    for (const token of open) if (!found.has(token) && follows(token)) found.add(token);
    for (const token of openJoined) if (joining.has(token) && follows(token)) found.add(token);
    return found;
  }

  /** After prefixes of many shapes the tokens are the same. */
  #setsAfter(prefix: TokenPrefix, known: KnownFollowers): FollowerSets {
    for (const [shape, bytes] of known.shapes.bytes.entries())
      known.ways[shape] ||= this.#splits.waysTo(prefix, bytes);
    const key = `${known.shapes.isNear} ${String.fromCharCode(...known.ways)}`;
    let sets = this.#sets.get(key);
    if (!sets) {
      if (this.#sets.size * this.#tokens.idLimit > MAX_KEPT_TOKENS) this.#sets.clear();
      this.#sets.set(key, (sets = followerSets(this.#tokens, known.shapes, known.ways)));
    }
    return sets;
  }

  /** The same for many tokens after one prefix. */
  follower(prefix: TokenPrefix): (token: number) => boolean {
    const free = this.#knownAfter(prefix);
    const { continuing } = this.#foundOf(prefix);
    return token => {
      if (!this.#reachable.has(token)) return false;
      const known = continuing.has(token) ? null : free;
      const ways = this.#waysTo(prefix, known, token);
      if (ways & CUT_CLOSED) return true;
      const joins =
        (ways & (JOINED_CLOSED | JOINED_OPEN)) !== 0 && this.#joins.mayJoin(prefix, token);
      if (joins && ways & JOINED_CLOSED) return true;
      if (!joins && !(ways & CUT_OPEN)) return false;
      const key = joins ? token : -1 - token;
      let isContinued = known?.continued.get(key);
      if (isContinued === undefined) {
        isContinued = this.#isContinued(this.extend(prefix, token));
        known?.continued.set(key, isContinued);
      }
      return isContinued;
    };
  }

  /** Whether the tokens of some text begin with the prefix. */
  isCanonical(prefix: TokenPrefix): boolean {
    if (!prefix.tokens.every(token => this.#reachable.has(token))) return false;
    const state = this.#splits.stateOf(prefix);
    return state === 'open' ? this.#isContinued(prefix) : state === 'closed';
  }

  /** Whether the prefix is exactly the tokens of its bytes. */
  endsText(prefix: TokenPrefix): boolean {
    return this.#splits.endsText(prefix);
  }

  #waysTo(prefix: TokenPrefix, known: KnownFollowers | null, token: number): number {
    if (!known) return this.#splits.waysTo(prefix, this.#tokens.bytesOf(token)!);
    const shape = known.shapes.of[token]!;
    if (shape < 0) return 0;
    return (known.ways[shape] ||= this.#splits.waysTo(prefix, this.#tokens.bytesOf(token)!));
  }

  /** Null if tokens of the same shape may be split differently after the prefix. */
  #knownAfter(prefix: TokenPrefix): KnownFollowers | null {
    const { key } = this.#foundOf(prefix);
    if (key === undefined) return null;
    let known = this.#kept.get(key);
    if (!known) {
      if (this.#kept.size === MAX_KEPT) this.#kept.clear();
      const shapes = this.#shapes.after(prefix.bytes);
      known = { shapes, ways: new Uint8Array(shapes.bytes.length), continued: new Map() };
      this.#kept.set(key, known);
    }
    return known;
  }

  #foundOf(prefix: TokenPrefix): FoundOfPrefix {
    let found = this.#found.get(prefix);
    if (!found) {
      found = { key: this.#splits.keyOf(prefix), continuing: this.#continuing(prefix) };
      this.#found.set(prefix, found);
    }
    return found;
  }

  #continuing({ bytes }: TokenPrefix): ReadonlySet<number> {
    const rests = this.#boundaries.openRests?.(bytes) ?? [];
    if (rests.length === 0) return NONE;
    const continuing = new Set<number>();
    const beginnings = new Set<ByteString>();
    for (const rest of rests) {
      for (let end = 1; end < rest.length; end++) beginnings.add(rest.slice(0, end));
      const { start, end } = this.#tokens.startingWith(rest);
      for (const token of this.#tokens.ids.subarray(start, end)) continuing.add(token);
    }
    for (const beginning of beginnings)
      for (const token of this.#tokens.idsOf(beginning)) continuing.add(token);
    return continuing;
  }

  /**
   * Whether tokens can follow an open prefix, which ends inside a character or a contraction, that keep its last token,
   * until the prefix closes. Usually the first candidates tried succeed. `seen`: the ends that have been tried, or are
   * being tried.
   */
  #isContinued(prefix: TokenPrefix, seen = new Set<string>()): boolean {
    const key = `${prefix.last} ${this.#boundaries.openEndOf(prefix.bytes)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    for (const beginning of this.#splits.candidates(prefix)) {
      const { start, end } = this.#tokens.startingWith(beginning);
      for (let place = start; place < end; place++) {
        const token = this.#tokens.ids[place]!;
        if (!this.#reachable.has(token)) continue;
        const longer = this.extend(prefix, token);
        const state = this.#splits.stateOf(longer);
        if (state === 'closed') return true;
        if (state === 'open' && this.#isContinued(longer, seen)) return true;
      }
    }
    return false;
  }
}
