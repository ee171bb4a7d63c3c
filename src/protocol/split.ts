// How the tokens at an offset were made.
import type { Piece, Range16 } from './types';

/** The pretoken at an offset, its bounds in the document, and the merges that made its tokens. */
export interface SplitView extends Range16 {
  byteStart: number;
  byteEnd: number;
  /** What is merged: the pretoken's bytes or characters, or those around the offset if there are many. */
  symbols: Piece[];
  /** In the order in which they take place: pieces `at` and `at + 1` become `piece`. */
  steps: { at: number; rank: number; piece: Piece }[];
  /** What a rank is, for display. */
  rankIs: string;
  /** A remark about the steps, or why there are none; may be empty. */
  note: string;
  tokens: Piece[];
  /** Index, among them, of the token at the offset. */
  token: number;
  continuations: Continuation[];
}

/** The tokens from the pretoken on if the text ended with this after the pretoken. */
export interface Continuation {
  /** Empty: the text ends with the pretoken. */
  text: string;
  /** Nothing, what follows in the document, what the user typed, or a typical next character. */
  origin: 'end' | 'text' | 'typed' | 'telling';
  /** From the first token that the continuation changes, or from the pretoken's first if that is earlier. */
  tokens: Piece[];
  /** How many of them are the same as without the continuation. */
  kept: number;
}
