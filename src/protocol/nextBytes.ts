// The exact probability of every next byte at a place.
import type { Refusal } from './types';

/** Probabilities in mode e2: all bytes, the end, the leak and what is untested add up to 1. */
export interface NextBytesView {
  /** [byte] */
  exact: Float64Array;
  /** [byte]: of the next token's first byte, after the tokens of the text. Null inside a character. */
  naive: Float64Array | null;
  /** KL(exact ‖ naive), in bits. */
  biasBits: number | null;
  end: number;
  leak: number;
  untested: number;
  nodes: number;
  contextTokens: number;
  /** The text's last bytes: how they are cut into tokens depends on what comes. */
  open: Uint8Array;
  /** Tokens of the open bytes, each after its parent (-1: at their beginning). */
  tree: { parent: number; bytes: Uint8Array }[];
  /**
   * The ways to cut them, whose shares add up to 1: the path to a token of the tree (or -1), and what one token
   * more begins with, if that is anything.
   */
  covers: { node: number; rest: Uint8Array; share: number }[];
  /** By the second model, where there is one; its text may end elsewhere in its tokens. */
  second?: SecondNextBytes | Refusal;
  ms: number;
}

export interface SecondNextBytes extends Pick<
  NextBytesView,
  'exact' | 'end' | 'leak' | 'untested' | 'nodes' | 'contextTokens'
> {
  /** Name of the model. */
  model: string;
}
