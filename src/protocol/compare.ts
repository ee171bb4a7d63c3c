// Token counts, and two tokenizers on one text.
import type { TextSize } from '../core/text/textSize';
import type { Piece, Range16 } from './types';

export interface TokenCount {
  document: number;
  ranges: number;
  /** By the second tokenizer, where there is one. */
  second?: { document: number; ranges: number };
}

export interface FileCount extends TextSize {
  tokens: number;
  /** By the second tokenizer, where there is one. */
  second?: number;
}

export interface TokenizerInfo {
  /** For people: of its folder or file. */
  name: string;
  path: string;
  tokenizer: string;
  vocabSize: number;
  /** Whether it comes with a graph. */
  hasModel: boolean;
}

export interface Comparison {
  document: FileCount;
  /** Tokens that touch the ranges, and the size of the text in them. */
  ranges: FileCount;
  /** Stretches of the document that are cut differently. */
  differences: number;
  /** Those in the visible ranges, the first hundred at most. */
  listed: DifferentTokens[];
}

export interface DifferentTokens extends Range16 {
  first: Piece[];
  second: Piece[];
}
