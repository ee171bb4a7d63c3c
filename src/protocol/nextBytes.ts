// The exact probability of every next byte at an offset.
import type { Refusal } from './types';

/** Probabilities in mode e2: all bytes, `end`, `leak` and `untested` add up to 1. */
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
  /** The text's last bytes, whose tokens depend on what follows. */
  open: Uint8Array;
  /** Tokens of the open bytes, each after its parent; -1: at the start of the open bytes. */
  tree: { parent: number; bytes: Uint8Array }[];
  /**
   * The tokenizations of the open bytes, with shares that add up to 1: the last token of the path in the tree (or -1),
   * and the bytes that one more token begins with, which may be none.
   */
  covers: { node: number; rest: Uint8Array; share: number }[];
  /** By the second model, if there is one. Its open bytes may differ. */
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
