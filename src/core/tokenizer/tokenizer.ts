// What the rest of Tokenscope knows of a tokenizer.
import type { HardBoundaries } from './hardBoundary';

export interface Encoding {
  /** [token] */
  readonly ids: Uint32Array;
  /** [token]; offsets in the text's UTF-8. The spans [byteStarts, byteEnds) follow one another and cover the text. */
  readonly byteStarts: Uint32Array;
  /** [token] */
  readonly byteEnds: Uint32Array;
  /** [token]; 1 where the token's own bytes differ from the text's, undefined where they never do. */
  readonly normalized: Uint8Array | undefined;
}

export interface Tokenizer {
  /** For people: 'byte-level BPE', 'SentencePiece BPE'. */
  readonly name: string;
  /** Highest id + 1; not every id below it need be in use. */
  readonly vocabSize: number;
  /** For people: 'none', 'NFC'. */
  readonly normalizer: string;
  /** For people: what cannot be had with it, empty where there is nothing. */
  readonly limitation: string;
  /** Where the parts of a text have the tokens of the whole; undefined where no such places are known. */
  readonly boundaries: HardBoundaries | undefined;
  /** The text's tokens. What looks like a special token is text here; other added tokens are matched. */
  encode(text: string): Encoding;
  /** The token's own bytes, not to be written to; a special token's are those of its name. Empty for an unknown id. */
  bytesOf(id: number): Uint8Array;
  /** By the content of an added or special token, or the spelling of an entry in the vocabulary. */
  idOf(content: string): number | undefined;
  isSpecial(id: number): boolean;
}
