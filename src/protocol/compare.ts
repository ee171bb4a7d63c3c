// What the editor may ask about a second tokenizer beside the model's, and token counts by both.
import type { TextSize } from '../core/text/textSize';
import { methodsOf } from './channel';
import type { DocumentVersion, Piece, Range16 } from './types';

export interface CompareApi {
  /**
   * Opens a second tokenizer, of a folder or a file, beside the model's; an empty path closes it. A folder with
   * weights serves as a second model, too, which is opened when it is first asked for.
   */
  compareWith(params: { path: string }): TokenizerInfo | null;

  /** The two tokenizers on a document and on the text in the ranges, and how the tokens in `visible` differ. */
  compare(
    params: DocumentVersion & { ranges: readonly Range16[]; visible: readonly Range16[] },
  ): Comparison | null;

  /** The nearest range after (1) or before (-1) an offset that the two tokenizers split differently. */
  difference(params: DocumentVersion & { from: number; direction: 1 | -1 }): Range16 | null;
}

export const compareMethods = methodsOf<CompareApi>({
  compareWith: true,
  compare: true,
  difference: true,
});

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
  /** Ranges of the document that are split differently. */
  differences: number;
  /** Those in the visible ranges, the first hundred at most. */
  listed: DifferentTokens[];
}

export interface DifferentTokens extends Range16 {
  first: Piece[];
  second: Piece[];
}
