import type { ByteString } from './byteString';
import type { PretokenBoundaries } from './pretokenBoundaries';
import type { Joins } from './tokenPairs';

/** How a family of tokenizers turns bytes into tokens, as needed for exact probabilities. */
export interface TokenizerFamily {
  readonly boundaries: PretokenBoundaries;
  readonly joins: Joins;
  /** What the tokenizer prepends to every non-empty text: its tokens are those of the opening and the text. */
  readonly opening: ByteString;
  /** Whether no text that the tokenizer can spell has the byte. */
  lacks(byte: number): boolean;
  /** The tokens of one pretoken or of its beginning, which may end inside a character and lacks no byte. */
  merge(bytes: ByteString): number[];
  /** Why probabilities are not exact for the text. `begins`: whether it is the beginning of a text. */
  inexactnessOf(text: string, begins: boolean): Inexactness | undefined;
}

export interface Inexactness {
  /** In UTF-16 units. */
  readonly at: number;
  /** Completes a sentence that begins with 'The text '. `place` names the offset, for example 'byte 12'. */
  problem(place: string): string;
}
