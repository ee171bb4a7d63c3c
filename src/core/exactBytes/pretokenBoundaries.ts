import type { ByteString } from './byteString';

/** Offsets in bytes, ascending, greater than 0. The end of the text is included if a pretoken ends there. */
export type Boundaries = readonly number[];

/**
 * Where an incomplete text may be split into pretokens, which are encoded separately. All byte strings here start at a
 * boundary.
 */
export interface PretokenBoundaries {
  /**
   * If a text is split as if it ended here, each boundary followed by at least this many pretokens stays, whatever
   * follows.
   */
  readonly unsettled: number;
  /**
   * All ways in which these bytes may be split, over every text that begins with them. The bytes may end inside a
   * character. Empty if no UTF-8 text begins with them.
   */
  boundariesFor(bytes: ByteString): readonly Boundaries[];
  /**
   * The same, and where the bytes may end inside an added token, which is one token: up to its beginning. By default the
   * same alone.
   */
  coverBoundariesFor?(bytes: ByteString): readonly Boundaries[];
  /** Whether a pretoken is an added token, which is one token. By default none is. */
  isAdded?(pretoken: ByteString): boolean;
  /** Whether the bytes have an added token in them, as if a text began and ended with them. By default none do. */
  spellsAdded?(bytes: ByteString): boolean;
  /**
   * The offsets at which an added token may begin that the bytes end inside of, ascending: if one does, the bytes before
   * it are split as a text that ends there. By default none.
   */
  openStarts?(bytes: ByteString): readonly number[];
  /** How the bytes are split if the text ends with them; undefined if they are not a valid text. */
  ended(bytes: ByteString): Boundaries | undefined;
  /**
   * How the text may continue if the bytes are split in one of the allowed ways and do not end at a boundary: first
   * bytes, or '' for any, the most likely first. The bytes must not end inside a character.
   */
  openers(bytes: ByteString, allows: (ends: Boundaries) => boolean): ByteString[];
  /**
   * Equal for bytes that are split alike after other bytes, provided that those have equal shapes and `joinsFreely`.
   * Undefined if no text has the bytes at a character start.
   */
  shapeOf(bytes: ByteString): string | undefined;
  /**
   * Equal for paths of tokens after which tokens of the same shape may follow in the same ways. `ends`: of the tokens, in
   * bytes; `joins`: whether each may join the one before. By default all three are, the bytes by their shape if they are
   * ASCII: then equal shapes and ends must mean that both are split alike.
   */
  prefixShapeOf?(bytes: ByteString, ends: readonly number[], joins: readonly boolean[]): string;
  /** Whether the shape of what follows the bytes determines how it is split, unless it begins with one of `openRests` or is part of one. */
  joinsFreely(bytes: ByteString): boolean;
  /**
   * Equal for bytes that are split alike after other bytes that end with a whole character and have equal shapes, joined
   * freely or not. By default this is not known.
   */
  nearShapeOf?(bytes: ByteString): string | undefined;
  /** What is missing of each added token that the bytes may end inside of. By default there is none. */
  openRests?(bytes: ByteString): readonly ByteString[];
  /** Equal for bytes that can continue in the same ways if they end inside a pretoken. */
  openEndOf(bytes: ByteString): string;
}

/** The shape of a path of tokens, or what stands for it by default. */
export function prefixShapeOf(
  boundaries: PretokenBoundaries,
  bytes: ByteString,
  ends: readonly number[],
  joins: readonly boolean[],
): string {
  if (boundaries.prefixShapeOf) return boundaries.prefixShapeOf(bytes, ends, joins);
  // Non-ASCII characters of the same classes may have different lengths, so the bytes themselves are the key.
  const isAscii = !/[^\x00-\x7f]/.test(bytes);
  return `${isAscii ? boundaries.shapeOf(bytes) : bytes} ${ends} ${joins}`;
}

/** The boundaries that stay whatever follows. `ends`: those of the bytes, if the text ends with their last character. */
export function settledOf(
  boundaries: PretokenBoundaries,
  bytes: ByteString,
  ends: Boundaries,
): Boundaries {
  let settled = ends.slice(0, Math.max(0, ends.length - boundaries.unsettled));
  if (settled.length === 0 || !boundaries.openStarts) return settled;
  for (const start of boundaries.openStarts(bytes)) {
    const before = boundaries.ended(bytes.slice(0, start)) ?? [];
    const moved = settled.findIndex((end, i) => before[i] !== end);
    if (moved >= 0) settled = settled.slice(0, moved);
  }
  return settled;
}
