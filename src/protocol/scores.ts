// What the editor may ask about the scores of a document: passes over it, and views of what they know.
import type { LayerOptions } from '../core/layers/layerPasses';
import type { PassId } from '../core/lenses/lens';
import type { MeasuredBounds } from '../core/lenses/density';
import type { LensId } from '../core/lenses/lenses';
import type { Scores } from '../core/lenses/scores';
import { methodsOf } from './channel';
import type { FeatureOptions } from './features';
import type { NextBytesView } from './nextBytes';
import type { ContrastOptions, PairInfo } from './traces';
import type { DocumentVersion, Range16, Refusal } from './types';

export interface ScoreApi {
  /**
   * Runs passes over the document in this order: each over what is visible, then over the rest until `maxTokens` are
   * known. `scored` reports progress over all of them. A refusal says why one of them cannot run. Throws `Cancelled`
   * when aborted or when the text has changed.
   */
  score(params: DocumentVersion & PassRequest): ScoreSummary | Refusal;

  /** The tokens that touch a range, with what passes know of them by now. */
  view(params: DocumentVersion & ViewRequest): TokenView;

  /**
   * The characters of a range, with what is known of their bytes by now; with `difference` how much more the second
   * model needs for them.
   */
  characters(
    params: DocumentVersion & { range: Range16; difference?: boolean },
  ): CharacterView | Refusal;

  /** A range's lines, cut into the units of a lexicon that is learned from the text; `bits` are the units' numbers. */
  units(params: DocumentVersion & { range: Range16 }): CharacterView;

  /**
   * The nearest token after (1) or before (-1) an offset that is a peak of the lens, by what is known; `unscored`: tokens up
   * to there that are not known yet, of which one may be a nearer peak.
   */
  peak(
    params: DocumentVersion & {
      lens: LensId;
      /** Of the lens's heat scale, where they are not its own. */
      bounds?: readonly number[];
      from: number;
      direction: 1 | -1;
      features?: FeatureOptions;
      contrast?: ContrastOptions;
      chunkTokens?: number;
      layers?: LayerOptions;
    },
  ): (Range16 & { unscored: number }) | null;

  /**
   * The bounds of a lens's scale that follow the model: measured over sample texts. Null where it has none: the lens is of
   * another kind, a server computes the numbers, or the model does not say them. Throws `Cancelled` when aborted.
   */
  measureScale(params: {
    lens: LensId;
    texts: readonly string[];
    features?: FeatureOptions;
  }): MeasuredBounds | null;

  /**
   * The exact probability of every byte that may come at an offset, by the second model too, where there is one.
   * Throws `Cancelled` when aborted.
   */
  nextBytes(params: DocumentVersion & { utf16: number }): NextBytesView | Refusal;
}

export const scoreMethods = methodsOf<ScoreApi>({
  score: true,
  view: true,
  characters: true,
  units: true,
  peak: true,
  measureScale: true,
  nextBytes: true,
});

export interface ScoreEvents {
  /** While `score` runs, at most ten a second. */
  scored: ScoredEvent;
}
export interface ScoredEvent extends DocumentVersion {
  scored: number;
  total: number;
}

export interface PassRequest {
  passes: readonly PassId[];
  visible: readonly Range16[];
  /** Of the document; what is visible is scored all the same. */
  maxTokens: number;
  /** Score every byte, where a pass would score the visible ones alone, and prove their sum. */
  whole?: boolean;
  /** How the passes that read layers run. */
  layers?: LayerOptions;
}

export interface ScoreSummary {
  /** Tokens that are known, and bytes where passes count those; over all passes. */
  scored: number;
  total: number;
  /** By each pass over bytes, the open model's first; empty unless every byte is known. */
  proofs: ByteProof[];
  ms: number;
}

export interface ViewRequest {
  range: Range16;
  /** Of more tokens the first ones are viewed, or those around `around`. */
  maxTokens: number;
  around?: number;
  details?: Details;
  /** The tokens of the second tokenizer, which have no scores. */
  second?: boolean;
  /** Whose columns are read, and whose missing tokens `pending` counts; without it the tokens pass alone. */
  passes?: readonly PassId[];
  /** How the features pass is read: without it no column of it. */
  features?: FeatureOptions;
  contrast?: ContrastOptions;
  /** Tokens of a chunk at most, for the pass of chunks. */
  chunkTokens?: number;
  /** How the passes that read layers ran. */
  layers?: LayerOptions;
}

/** What a view holds beyond numbers: the bytes of its tokens, or those of the alternatives too. */
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
  /** Bytes that the model was given, and that no sum has. */
  givenBytes: number;
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
