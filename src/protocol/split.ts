// How the tokens at a place came about.
import type { Piece, Range16 } from './types';

/** The pretoken at an offset, its bounds in the document, and the merges that made its tokens. */
export interface SplitView extends Range16 {
  byteStart: number;
  byteEnd: number;
  /** What is merged: the pretoken's bytes or characters, or those around the offset where they are many. */
  symbols: Piece[];
  /** In the order in which they take place: pieces `at` and `at + 1` become `piece`. */
  steps: { at: number; rank: number; piece: Piece }[];
  /** For people: what a rank is. */
  rankIs: string;
  /** What else is to be known of the steps, or why there are none; empty where there is nothing. */
  note: string;
  tokens: Piece[];
  /** Index, among them, of the token at the offset. */
  token: number;
  continuations: Continuation[];
}

/** The tokens that a text would have from the pretoken on if it ended with this behind the pretoken. */
export interface Continuation {
  /** Empty: if it ended with the pretoken. */
  text: string;
  /** What follows in the document, what the user typed, or a character that often tells something. */
  origin: 'end' | 'text' | 'typed' | 'telling';
  /** Begins with the first token that is not as without the continuation, or with the pretoken's first. */
  tokens: Piece[];
  /** So many of them are as without the continuation. */
  kept: number;
}
