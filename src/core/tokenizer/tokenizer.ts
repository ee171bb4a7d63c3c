// The interface of a tokenizer for the rest of Tokenscope.
import type { HardBoundaries } from './hardBoundary';

export interface Encoding {
  /** [token] */
  readonly ids: Uint32Array;
  /** [token]; offsets in the text's UTF-8. The spans [byteStarts, byteEnds) are adjacent and cover the text. */
  readonly byteStarts: Uint32Array;
  /** [token] */
  readonly byteEnds: Uint32Array;
  /** [token]; 1 if the token's own bytes differ from the text's. Undefined if they never do. */
  readonly normalized: Uint8Array | undefined;
  /**
   * The offset of the first character of which the vocabulary lacks a byte, so that the model does not see it.
   * Undefined if the tokens spell the text.
   */
  readonly missing: number | undefined;
}

export interface Tokenizer {
  /** For display: 'byte-level BPE', 'SentencePiece BPE'. */
  readonly name: string;
  /** Highest id + 1; some ids below it may be unused. */
  readonly vocabSize: number;
  /** For display: 'none', 'NFC'. */
  readonly normalizer: string;
  /** For display: what does not work with this tokenizer; empty if everything does. */
  readonly limitation: string;
  /** Where the parts of a text have the tokens of the whole; undefined if no such places are known. */
  readonly boundaries: HardBoundaries | undefined;
  /** The text's tokens. Text that looks like a special token is encoded as text; other added tokens are matched. */
  encode(text: string): Encoding;
  /**
   * The token's own bytes, which must not be modified; the name's bytes for a special token. Empty for an unknown id.
   */
  bytesOf(id: number): Uint8Array;
  /** Looks up the content of an added or special token, or the spelling of an entry in the vocabulary. */
  idOf(content: string): number | undefined;
  isSpecial(id: number): boolean;
}
