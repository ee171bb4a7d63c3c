// Decides which token sequences are canonical: a prefix of the tokens that the tokenizer produces for some text.
import { Bits } from './bits';
import type { ByteString } from './byteString';
import { characterLength, incompleteFrom } from './utf8Characters';
import {
  prefixShapeOf,
  settledOf,
  type Boundaries,
  type PretokenBoundaries,
} from './pretokenBoundaries';
import type { Joins } from './tokenPairs';
import type { SortedTokens } from './sortedTokens';
import { TokenPrefix } from './tokenPrefix';

/** What may come after a prefix, as bits, for the possible splits of the two. */
const CUT_CLOSED = 1; // a boundary before and after the token
const CUT_OPEN = 2; // a boundary before the token only
const JOINED_CLOSED = 4; // a boundary after it only: the token must be one that may join
const JOINED_OPEN = 8; // no boundary on either side
const KNOWN = 16;

const MAX_KEPT = 1000;
/** Tokens in the sets that are kept: a bit each. */
const MAX_KEPT_TOKENS = 1 << 28;
/** Tokens that are tried as the rest of a character. */
const MAX_TRIED = 24;

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

/** Tokens after prefixes of one shape, by how they may follow. */
interface FollowerSets {
  /** Whatever the token before them is. */
  readonly cut: Bits;
  /** If they join it. */
  readonly joined: Bits;
  /** Perhaps, if something can follow that keeps them. */
  readonly open: readonly number[];
  /** The same, of those that have to join. */
  readonly openJoined: readonly number[];
}

/** Tokens of the same shape are split alike after the same prefix. */
interface Shapes {
  /** [id]; -1 if no text has the token at a character's start. */
  readonly of: Int32Array;
  /** [shape]: bytes that have it. */
  readonly bytes: readonly ByteString[];
  /** By tokens that end inside a character: shapes of them with a token that may come next and ends it. */
  readonly completed: ReadonlyMap<number, readonly number[]>;
}

/** UTF-8 continuation bytes. */
const CONTINUATIONS = Array.from({ length: 0x40 }, (_, low) => String.fromCharCode(0x80 | low));

export class Canonical {
  readonly #joins: Joins;
  readonly #tokens: SortedTokens;
  readonly #boundaries: PretokenBoundaries;
  /** After prefixes that any token joins freely. */
  readonly #shapes: Shapes;
  /** After others that end with a whole character; made when it is asked for. */
  #nearShapes: Shapes | undefined;
  /** [id]; 1: reachable, 2: not reachable, 0: not known yet. */
  readonly #reachable: Uint8Array;
  /** Keyed by the prefix's shape. */
  readonly #kept = new Map<string, KnownFollowers>();
  /** Keyed by the prefix's shape and its last token. */
  readonly #followers = new Map<string, Bits>();
  /** What was found of prefixes that are asked for again. */
  readonly #found = new WeakMap<TokenPrefix, { key?: string | undefined; followers?: Bits }>();
  /** Keyed by the ways of all shapes. */
  readonly #sets = new Map<string, FollowerSets>();
  #reachableSet: Bits | undefined;

  constructor(joins: Joins, tokens: SortedTokens, boundaries: PretokenBoundaries) {
    this.#joins = joins;
    this.#tokens = tokens;
    this.#boundaries = boundaries;
    this.#reachable = new Uint8Array(tokens.idLimit);
    this.#shapes = this.#shapesBy(bytes => boundaries.shapeOf(bytes));
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
    return (found.followers ??= this.#findFollowers(prefix, found.key));
  }

  #findFollowers(prefix: TokenPrefix, key: string | undefined): Bits {
    if (key === undefined) return this.#triedFollowers(prefix);
    // Where an added token may go on, tokens of one shape may follow in different ways.
    const { size } = this.#boundaries.continuationsOf?.(prefix.bytes) ?? { size: 0 };
    if (size > 0) return this.#triedFollowers(prefix);
    const whole = `${prefix.last} ${key}`;
    const kept = this.#followers.get(whole);
    if (kept) return kept;
    const found = this.#foundFollowers(prefix, this.#knownAfter(prefix)!);
    if (this.#followers.size * this.#tokens.idLimit > MAX_KEPT_TOKENS) this.#followers.clear();
    this.#followers.set(whole, found);
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
    const reachable = (this.#reachableSet ??= this.#allReachable());
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
      known.ways[shape] ||= this.#findWays(prefix, bytes);
    const isNear = known.shapes === this.#nearShapes;
    const key = `${isNear} ${String.fromCharCode(...known.ways)}`;
    let sets = this.#sets.get(key);
    if (!sets) {
      if (this.#sets.size * this.#tokens.idLimit > MAX_KEPT_TOKENS) this.#sets.clear();
      this.#sets.set(key, (sets = this.#setsBy(known)));
    }
    return sets;
  }

  /** All ways must be known. */
  #setsBy({ ways, shapes }: KnownFollowers): FollowerSets {
    const cut = new Bits(this.#tokens.idLimit);
    const joined = new Bits(this.#tokens.idLimit);
    const open: number[] = [];
    const openJoined: number[] = [];
    const add = (token: number, own: number) => {
      if (own & CUT_CLOSED) cut.add(token);
      else if (own & JOINED_CLOSED) joined.add(token);
    };
    for (const token of this.#tokens.ids) {
      const shape = shapes.of[token]!;
      if (shape < 0) continue;
      const own = ways[shape]!;
      add(token, own);
      if (own & CUT_CLOSED || !(own & (CUT_OPEN | JOINED_OPEN))) continue;
      for (const longer of shapes.completed.get(token) ?? []) add(token, ways[longer]!);
      if (cut.has(token)) continue;
      if (own & CUT_OPEN) open.push(token);
      else if (!joined.has(token)) openJoined.push(token);
    }
    return { cut, joined, open, openJoined };
  }

  #allReachable(): Bits {
    const found = new Bits(this.#tokens.idLimit);
    for (const token of this.#tokens.ids) if (this.#isReachable(token)) found.add(token);
    return found;
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
    if (!known) return this.#findWays(prefix, this.#tokens.bytesOf(token)!);
    const shape = known.shapes.of[token]!;
    if (shape < 0) return 0;
    return (known.ways[shape] ||= this.#findWays(prefix, this.#tokens.bytesOf(token)!));
  }

  /** Null if tokens of the same shape may be split differently after the prefix. */
  #knownAfter(prefix: TokenPrefix): KnownFollowers | null {
    const { key } = this.#foundOf(prefix);
    if (key === undefined) return null;
    let known = this.#kept.get(key);
    if (!known) {
      if (this.#kept.size === MAX_KEPT) this.#kept.clear();
      const shapes = this.#shapesAfter(prefix.bytes);
      known = { shapes, ways: new Uint8Array(shapes.bytes.length), continued: new Map() };
      this.#kept.set(key, known);
    }
    return known;
  }

  #foundOf(prefix: TokenPrefix) {
    let found = this.#found.get(prefix);
    if (!found) this.#found.set(prefix, (found = { key: this.#keyOf(prefix) }));
    return found;
  }

  /** Equal for prefixes after which tokens of the same shape are split alike; undefined where shapes do not tell. */
  #keyOf(prefix: TokenPrefix): string | undefined {
    if (!this.#boundaries.joinsFreely(prefix.bytes)) {
      const isInside = incompleteFrom(prefix.bytes) < prefix.bytes.length;
      if (isInside || !this.#boundaries.nearShapeOf) return undefined;
    }
    const { bytes, ends, joins } = this.#unsettledOf(prefix);
    return prefixShapeOf(this.#boundaries, bytes, ends, joins);
  }

  /** What follows the last boundary that stays whatever follows; the whole if its tokens do not fit such boundaries. */
  #unsettledOf({ bytes, ends, joins }: TokenPrefix): Pick<TokenPrefix, 'bytes' | 'ends' | 'joins'> {
    const boundaries = settledOf(this.#boundaries, bytes, this.#boundaries.ended(bytes) ?? []);
    const settled = boundaries.at(-1);
    const last = settled === undefined ? -1 : ends.indexOf(settled);
    if (last < 0) return { bytes, ends, joins };
    const before = { bytes, ends: ends.slice(0, last + 1), joins };
    if (this.#boundariesIn(before, boundaries) < boundaries.length) return { bytes, ends, joins };
    return {
      bytes: bytes.slice(settled),
      ends: ends.slice(last + 1).map(end => end - settled!),
      // Before the first of them is a boundary.
      joins: [true, ...joins.slice(last + 2)],
    };
  }

  #shapesAfter(bytes: ByteString): Shapes {
    if (this.#boundaries.joinsFreely(bytes)) return this.#shapes;
    return (this.#nearShapes ??= this.#shapesBy(token => this.#boundaries.nearShapeOf!(token)));
  }

  #shapesBy(shapeOf: (bytes: ByteString) => string | undefined): Shapes {
    const numbers = new Map<string, number>();
    const representatives: ByteString[] = [];
    const numberOf = (bytes: ByteString) => {
      const shape = shapeOf(bytes);
      if (shape === undefined) return -1;
      const known = numbers.get(shape);
      if (known !== undefined) return known;
      numbers.set(shape, representatives.length);
      return representatives.push(bytes) - 1;
    };
    const of = new Int32Array(this.#tokens.idLimit).fill(-1);
    const completed = new Map<number, number[]>();
    for (const [place, id] of this.#tokens.ids.entries()) {
      const bytes = this.#tokens.bytes[place]!;
      of[id] = numberOf(bytes);
      if (of[id] < 0 || incompleteFrom(bytes) === bytes.length) continue;
      const found = new Set<number>();
      for (const longer of this.#completionsOf(id, bytes)) found.add(numberOf(longer));
      found.delete(-1);
      completed.set(id, [...found]);
    }
    return { of, bytes: representatives, completed };
  }

  /** Of a token that ends inside a character: its bytes with those of a token that may come next and ends it. */
  *#completionsOf(token: number, bytes: ByteString): Generator<ByteString> {
    // Where two tokens spell an added one, they are not it.
    if (this.#boundaries.isAdded || !this.#isReachable(token)) return;
    const prefix = this.extend(TokenPrefix.empty, token);
    const rest = characterLength(bytes.charCodeAt(incompleteFrom(bytes)));
    const missing = rest - (bytes.length - incompleteFrom(bytes));
    const start = this.#tokens.startingFrom(CONTINUATIONS[0]!);
    const end = this.#tokens.startingFrom('\xc0');
    let tried = 0;
    for (let place = start; place < end && tried < MAX_TRIED; place++) {
      const next = this.#tokens.bytes[place]!;
      if (next.length !== missing) continue;
      const id = this.#tokens.ids[place]!;
      tried++;
      if (this.#isReachable(id) && this.#joins.mayJoin(prefix, id)) yield bytes + next;
    }
  }

  #findWays(prefix: TokenPrefix, next: ByteString): number {
    const bytes = prefix.bytes + next;
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
  #boundariesIn(
    { bytes, ends, joins }: Pick<TokenPrefix, 'bytes' | 'ends' | 'joins'>,
    boundaries: Boundaries,
  ): number {
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
