import type { ByteString } from './byteString';

/** Offsets in bytes, ascending, greater than 0; the text's end is one where a pretoken ends there. */
export type Boundaries = readonly number[];

/**
 * Where text that is not yet complete may be cut into pretokens, which are encoded each by itself. All bytes
 * begin at a boundary.
 */
export interface PretokenBoundaries {
  /** Cut as if it ended here, a text keeps each boundary that has so many pretokens behind it, whatever follows. */
  readonly unsettled: number;
  /**
   * All the ways, over every text that begins with these bytes, in which they may be cut. They may end inside a
   * character. None, where no text in UTF-8 begins with them.
   */
  boundariesFor(bytes: ByteString): readonly Boundaries[];
  /** How the bytes are cut if the text ends with them; undefined if they are no text. */
  ended(bytes: ByteString): Boundaries | undefined;
  /**
   * What the text may go on with where the bytes are cut in one of these ways, so that they end at no boundary:
   * bytes, or '' for any, the likeliest first. For bytes that end inside no character.
   */
  openers(bytes: ByteString, allows: (ends: Boundaries) => boolean): ByteString[];
  /**
   * Equal for bytes that are cut alike behind other bytes, if those are of one shape, too, and `joinsFreely`.
   * Undefined if no text has the bytes at the beginning of a character.
   */
  shapeOf(bytes: ByteString): string | undefined;
  /** Whether what follows the bytes is cut by its shape. */
  joinsFreely(bytes: ByteString): boolean;
  /** Equal for bytes that can go on alike where they end inside a pretoken. */
  openEndOf(bytes: ByteString): string;
}
