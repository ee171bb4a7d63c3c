// What the boundaries of pretokens say of a prefix of tokens, and of one more token after it.
import type { ByteString } from './byteString';
import {
  prefixShapeOf,
  settledOf,
  type Boundaries,
  type PretokenBoundaries,
} from './pretokenBoundaries';
import type { TokenPrefix } from './tokenPrefix';
import { CONTINUATIONS, incompleteFrom } from './utf8Characters';

/** What may come after a prefix, as bits, for the possible splits of the two. */
export const CUT_CLOSED = 1; // a boundary before and after the token
export const CUT_OPEN = 2; // a boundary before the token only
export const JOINED_CLOSED = 4; // a boundary after it only: the token must be one that may join
export const JOINED_OPEN = 8; // no boundary on either side
export const KNOWN = 16;

/** Where the tokens of a prefix end, and whether each joins the one before it. */
type Ends = Pick<TokenPrefix, 'bytes' | 'ends' | 'joins'>;

export class PrefixSplits {
  constructor(private readonly boundaries: PretokenBoundaries) {}

  /** Equal for prefixes after which tokens of the same shape are split alike; undefined where shapes do not tell. */
  keyOf(prefix: TokenPrefix): string | undefined {
    if (!this.boundaries.joinsFreely(prefix.bytes)) {
      const isInside = incompleteFrom(prefix.bytes) < prefix.bytes.length;
      if (isInside || !this.boundaries.nearShapeOf) return undefined;
    }
    const { bytes, ends, joins } = this.#unsettledOf(prefix);
    return prefixShapeOf(this.boundaries, bytes, ends, joins);
  }

  /** What follows the last boundary that stays whatever follows; the whole if its tokens do not fit such boundaries. */
  #unsettledOf({ bytes, ends, joins }: TokenPrefix): Ends {
    const boundaries = settledOf(this.boundaries, bytes, this.boundaries.ended(bytes) ?? []);
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

  /** How a token with these bytes may come after a prefix; bits. */
  waysTo(prefix: TokenPrefix, next: ByteString): number {
    const bytes = prefix.bytes + next;
    let ways = KNOWN;
    for (const boundaries of this.boundaries.boundariesFor(bytes)) {
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
  stateOf(prefix: TokenPrefix): 'closed' | 'open' | 'impossible' {
    const { bytes } = prefix;
    if (bytes === '') return 'closed';
    let state: 'open' | 'impossible' = 'impossible';
    for (const ends of this.boundaries.boundariesFor(bytes)) {
      if (!this.#fitsBoundaries(prefix, ends)) continue;
      if (ends.at(-1) === bytes.length) return 'closed';
      state = 'open';
    }
    return state;
  }

  /** Whether the prefix is exactly the tokens of its bytes. */
  endsText(prefix: TokenPrefix): boolean {
    const ends = this.boundaries.ended(prefix.bytes);
    return ends !== undefined && this.#fitsBoundaries(prefix, ends);
  }

  /** The bytes that the next token must begin with, one of these. */
  candidates(prefix: TokenPrefix): readonly ByteString[] {
    const { bytes } = prefix;
    if (incompleteFrom(bytes) < bytes.length) return CONTINUATIONS;
    const isOpen = (ends: Boundaries) =>
      ends.at(-1) !== bytes.length && this.#fitsBoundaries(prefix, ends);
    return this.boundaries.openers(bytes, isOpen);
  }

  #isAdded(pretoken: ByteString): boolean {
    return this.boundaries.isAdded?.(pretoken) === true;
  }

  /** Whether no boundary is inside a token, and every two tokens without a boundary between them may join. */
  #fitsBoundaries(prefix: TokenPrefix, boundaries: Boundaries): boolean {
    return this.#boundariesIn(prefix, boundaries) === boundaries.length;
  }

  /**
   * How many of the boundaries are token ends of the prefix, its own end included; -1 if the prefix cannot be split this
   * way.
   */
  #boundariesIn({ bytes, ends, joins }: Ends, boundaries: Boundaries): number {
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
