// What views of a document hold: its tokens or characters with what is known of them.
import type { Scores } from '../core/lenses/scores';
import type { PairInfo } from './traces';

/** What a view tells beyond numbers: the bytes of its tokens, or those of the alternatives too. */
export type Details = 'bytes' | 'alternatives';

/** A run of a document's tokens as a struct of arrays, [token] unless said otherwise. */
export interface TokenView {
  /** Index of the first token in the document, and the document's number of tokens. */
  first: number;
  total: number;
  ids: Uint32Array;
  byteStarts: Uint32Array;
  byteEnds: Uint32Array;
  utf16Starts: Uint32Array;
  utf16Ends: Uint32Array;
  /** 1 where the token's own bytes differ from the file's slice. */
  normalized: Uint8Array | null;
  /** Null where there is no model. */
  scores: Scores | null;
  /** Whose contrast is among the scores, where one is. */
  pair?: PairInfo;
  /** Tokens of the view that a scoring pass would still add to. */
  pending: number;
  /** With `details`. */
  bytes?: Uint8Array[];
  /** [token][alternative], with `details` of the alternatives. */
  topBytes?: Uint8Array[][];
  /** [token][byte], with `details` of the alternatives, where bytes are known: bits, NaN where not known. */
  byteBits?: Float64Array[];
  /** The same by the second model. */
  secondByteBits?: Float64Array[];
}

export interface ByteSummary {
  scored: number;
  total: number;
  /** Null where not all bytes are scored. */
  proof: ByteProof | null;
  /** The second model's. */
  secondProof?: ByteProof;
}

/** Window by window: bytesBits + boundaryBits + endBits = tokenBits, which other code computes. */
export interface ByteProof {
  /** Name of the model. */
  model: string;
  windows: {
    /** The model sees the bytes from `contextStart` on; [byteStart, byteEnd) are the window's own. */
    contextStart: number;
    byteStart: number;
    byteEnd: number;
    bytesBits: number;
    /**
     * What was said of the token boundaries at the window's ends, which bytes leave open till the next ones have
     * come: 0 for a text in one window.
     */
    boundaryBits: number;
    /** Of the text's end: 0 but for the last window. */
    endBits: number;
    tokenBits: number;
  }[];
  /** Probabilities: the most, and on average, that went before a byte to tokens that the tokenizer does not make there. */
  leakMax: number;
  leakMean: number;
}

/** A run of characters as a struct of arrays, [character]. */
export interface CharacterView {
  utf16Starts: Uint32Array;
  utf16Ends: Uint32Array;
  /** The surprisals of its bytes, added, or how much more they are by the second model; NaN where not known. */
  bits: Float32Array;
  /** How many are not known. */
  pending: number;
}
