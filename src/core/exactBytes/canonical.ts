// Decides which token sequences are canonical: a prefix of the tokens that the tokenizer produces for some text.
import type { ByteString } from './byteString';
import { incompleteFrom } from './utf8Characters';
import type { Boundaries, PretokenBoundaries } from './pretokenBoundaries';
import type { Joins } from './tokenPairs';
import type { SortedTokens } from './sortedTokens';
import type { TokenPrefix } from './tokenPrefix';

/** What may come after a prefix, as bits, for the possible splits of the two. */
const CUT_CLOSED = 1; // a boundary before and after the token
const CUT_OPEN = 2; // a boundary before the token only
const JOINED_CLOSED = 4; // a boundary after it only: the token must be one that may join
const JOINED_OPEN = 8; // no boundary on either side
const KNOWN = 16;

const MAX_KEPT = 1000;

/** What is known of the tokens that may follow prefixes of one shape. */
interface KnownFollowers {
  /** [shape of the token]; bits, 0 if not known yet. */
  readonly ways: Uint8Array;
  /**
   * Keyed by the token, or by -1 - token if it does not join: whether something can follow if it ends inside a
   * pretoken.
   */
  readonly continued: Map<number, boolean>;
}

/** UTF-8 continuation bytes. */
const CONTINUATIONS = Array.from({ length: 0x40 }, (_, low) => String.fromCharCode(0x80 | low));

export class Canonical {
  readonly #joins: Joins;
  readonly #tokens: SortedTokens;
  readonly #boundaries: PretokenBoundaries;
  /**
   * [id]; tokens of the same shape are split alike after the same prefix. -1 if no text has the token at a character
   * start.
   */
  readonly #shapes: Int32Array;
  readonly #shapeCount: number;
  /** [id]; 1: reachable, 2: not reachable, 0: not known yet. */
  readonly #reachable: Uint8Array;
  /** Keyed by the prefix's shape. */
  readonly #kept = new Map<string, KnownFollowers>();

  constructor(joins: Joins, tokens: SortedTokens, boundaries: PretokenBoundaries) {
    this.#joins = joins;
    this.#tokens = tokens;
    this.#boundaries = boundaries;
    const numbers = new Map<string, number>();
    this.#reachable = new Uint8Array(tokens.idLimit);
    this.#shapes = new Int32Array(tokens.idLimit).fill(-1);
    for (const [place, id] of tokens.ids.entries()) {
      const shape = boundaries.shapeOf(tokens.bytes[place]!);
      if (shape === undefined) continue;
      if (!numbers.has(shape)) numbers.set(shape, numbers.size);
      this.#shapes[id] = numbers.get(shape)!;
    }
    this.#shapeCount = numbers.size;
  }

  /** The prefix plus one text token, canonical or not. */
  extend(prefix: TokenPrefix, token: number): TokenPrefix {
    return prefix.append(token, this.#tokens.bytesOf(token)!, this.#joins.mayJoin(prefix, token));
  }

  /** Whether the tokens of some text begin with the prefix and the token. */
  follows(prefix: TokenPrefix, token: number): boolean {
    return this.follower(prefix)(token);
  }

  /** The same for many tokens after one prefix. */
  follower(prefix: TokenPrefix): (token: number) => boolean {
    const free = this.#knownAfter(prefix);
    const continuations = this.#boundaries.continuationsOf?.(prefix.bytes);
    return token => {
      if (!this.#isReachable(token)) return false;
      const known = continuations?.has(this.#tokens.bytesOf(token)![0]!) ? null : free;
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
    if (!prefix.tokens.every(token => this.#isReachable(token))) return false;
    const state = this.#stateOf(prefix);
    return state === 'open' ? this.#isContinued(prefix) : state === 'closed';
  }

  /** Whether the prefix is exactly the tokens of its bytes. */
  endsText(prefix: TokenPrefix): boolean {
    const ends = this.#boundaries.ended(prefix.bytes);
    return ends !== undefined && this.#fitsBoundaries(prefix, ends);
  }

  #isReachable(token: number): boolean {
    const known = this.#reachable[token]!;
    if (known !== 0) return known === 1;
    const isReachable = this.#joins.isReachable(token);
    this.#reachable[token] = isReachable ? 1 : 2;
    return isReachable;
  }

  #waysTo(prefix: TokenPrefix, known: KnownFollowers | null, token: number): number {
    if (!known) return this.#findWays(prefix, token);
    const shape = this.#shapes[token]!;
    return shape < 0 ? 0 : (known.ways[shape] ||= this.#findWays(prefix, token));
  }

  /** Null if tokens of the same shape may be split differently after the prefix. */
  #knownAfter(prefix: TokenPrefix): KnownFollowers | null {
    const { bytes, ends, joins } = prefix;
    if (!this.#boundaries.joinsFreely(bytes)) return null;
    // Non-ASCII characters of the same classes may have different lengths, so the bytes themselves are the key.
    const isAscii = !/[^\x00-\x7f]/.test(bytes);
    const shape = isAscii ? this.#boundaries.shapeOf(bytes) : bytes;
    const key = [shape, ends, joins].join(' ');
    let known = this.#kept.get(key);
    if (!known) {
      if (this.#kept.size === MAX_KEPT) this.#kept.clear();
      known = { ways: new Uint8Array(this.#shapeCount), continued: new Map() };
      this.#kept.set(key, known);
    }
    return known;
  }

  #findWays(prefix: TokenPrefix, token: number): number {
    const bytes = prefix.bytes + this.#tokens.bytesOf(token)!;
    let ways = KNOWN;
    for (const boundaries of this.#boundaries.boundariesFor(bytes)) {
      const next = this.#boundariesIn(prefix, boundaries);
      if (next < 0) continue;
      const isCut = prefix.bytes === '' || boundaries[next - 1] === prefix.bytes.length;
      if (boundaries.length === next) ways |= isCut ? CUT_OPEN : JOINED_OPEN;
      else if (boundaries[next] !== bytes.length) continue;
      else if (isCut || !this.#isAdded(bytes.slice(boundaries[next - 1] ?? 0)))
        ways |= isCut ? CUT_CLOSED : JOINED_CLOSED;
    }
    return ways;
  }

  /** Closed: the text may end, or a pretoken may, after the prefix. Open: the pretoken must continue. */
  #stateOf(prefix: TokenPrefix): 'closed' | 'open' | 'impossible' {
    const { bytes } = prefix;
    if (bytes === '') return 'closed';
    let state: 'open' | 'impossible' = 'impossible';
    for (const ends of this.#boundaries.boundariesFor(bytes)) {
      if (!this.#fitsBoundaries(prefix, ends)) continue;
      if (ends.at(-1) === bytes.length) return 'closed';
      state = 'open';
    }
    return state;
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
    for (const beginning of this.#candidates(prefix)) {
      const { start, end } = this.#tokens.startingWith(beginning);
      for (let place = start; place < end; place++) {
        const token = this.#tokens.ids[place]!;
        if (!this.#isReachable(token)) continue;
        const longer = this.extend(prefix, token);
        const state = this.#stateOf(longer);
        if (state === 'closed') return true;
        if (state === 'open' && this.#isContinued(longer, seen)) return true;
      }
    }
    return false;
  }

  /** The bytes that the next token must begin with, one of these. */
  #candidates(prefix: TokenPrefix): readonly ByteString[] {
    const { bytes } = prefix;
    if (incompleteFrom(bytes) < bytes.length) {
      return CONTINUATIONS;
    }
    const isOpen = (ends: Boundaries) =>
      ends.at(-1) !== bytes.length && this.#fitsBoundaries(prefix, ends);
    return this.#boundaries.openers(bytes, isOpen);
  }

  #isAdded(pretoken: ByteString): boolean {
    return this.#boundaries.isAdded?.(pretoken) === true;
  }

  /** Whether no boundary is inside a token, and every two tokens without a boundary between them may join. */
  #fitsBoundaries(prefix: TokenPrefix, boundaries: Boundaries): boolean {
    return this.#boundariesIn(prefix, boundaries) === boundaries.length;
  }

  /**
   * How many of the boundaries are token ends of the prefix, its own end included; -1 if the prefix cannot be split this
   * way.
   */
  #boundariesIn({ bytes, ends, joins }: TokenPrefix, boundaries: Boundaries): number {
    let next = 0;
    for (let token = 0; token < ends.length; token++) {
      const end = ends[token]!;
      if (next < boundaries.length && boundaries[next]! < end) return -1;
      if (boundaries[next] === end) {
        const start = boundaries[next - 1] ?? 0;
        // An added token is no other tokens with its bytes.
        if ((ends[token - 1] ?? 0) > start && this.#isAdded(bytes.slice(start, end))) return -1;
        next++;
      } else if (token + 1 < ends.length && !joins[token + 1]) return -1;
    }
    return next;
  }
}
