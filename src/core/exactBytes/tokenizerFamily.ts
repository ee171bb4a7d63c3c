import type { ByteString } from './byteString';
import type { PretokenBoundaries } from './pretokenBoundaries';
import type { Joins } from './tokenPairs';

/** How a family of tokenizers makes tokens of bytes, as exact probabilities need to know it. */
export interface TokenizerFamily {
  readonly boundaries: PretokenBoundaries;
  readonly joins: Joins;
  /** What the tokenizer puts before every text that is not empty: its tokens are those of this and the text. */
  readonly opening: ByteString;
  /** The tokens of one pretoken or its beginning, which may end inside a character. */
  merge(bytes: ByteString): number[];
  /** Why the text is none to be exact about. `begins`: whether nothing comes before it. */
  inexactnessOf(text: string, begins: boolean): Inexactness | undefined;
}

export interface Inexactness {
  /** In UTF-16 units. */
  readonly at: number;
  /** Completes a sentence that begins with 'The text '. `place` names the offset, for example 'byte 12'. */
  problem(place: string): string;
}
