// What the editor may ask the engine. Offsets called utf16 count code units of the editor's text.
import type { LensId } from '../core/lenses/lenses';
import type { Scores } from '../core/lenses/scores';
import type { TextSize } from '../core/text/textSize';
import {
  CALIBRATING,
  COMPLETING,
  completionMethods,
  type CalibratingEvent,
  type CompletingEvent,
  type CompletionApi,
} from './completion';
import { featureMethods, type FeatureApi, type FeatureWish } from './features';
import type { GraphReport } from './runtime';
import {
  ROLLING,
  traceMethods,
  type ContrastWish,
  type PairInfo,
  type RollingEvent,
  type TraceApi,
} from './traces';

export interface EngineApi extends CompletionApi, TraceApi, FeatureApi {
  /**
   * Opens a model folder in place of the one before. A folder with tokenizer files alone serves *tokens*.
   * Texts longer than `contextLimit` tokens are scored in windows even where the model could hold more.
   */
  openModel(params: { folder: string; contextLimit: number }): ModelInfo;

  /**
   * Opens a second tokenizer, of a folder or a file, beside the model's; an empty path closes it. A folder with
   * a graph serves as a second model, too, which is opened when it is first asked for.
   */
  compareWith(params: { path: string }): TokenizerInfo | null;

  /** Sends a whole text; `editDocument` brings it from one version to the next. */
  setDocument(params: { uri: string; version: number; text: string }): void;
  editDocument(params: { uri: string; version: number; edits: readonly TextEdit[] }): void;
  closeDocument(params: { uri: string }): void;

  /**
   * Scores the document: windows that hold visible text, then others until `maxTokens` are scored. `SCORED`
   * tells of progress. Throws `Cancelled` when aborted or when the text has changed meanwhile.
   */
  score(params: DocumentVersion & { visible: readonly Range16[]; maxTokens: number }): ScoreSummary;

  /**
   * The tokens that touch a range, with what is known of their scores by now; of more than `maxTokens` the first
   * ones, or those around an offset.
   */
  view(
    params: DocumentVersion & {
      range: Range16;
      maxTokens: number;
      around?: number;
      details?: Details;
      /** Those of the second tokenizer, which have no scores. */
      second?: boolean;
      /** With what fires at the tokens, where an autoencoder is open. */
      features?: FeatureWish;
      /** Then `pending` counts what the pair has not said yet. */
      contrast?: ContrastWish;
    },
  ): TokenView;

  /** How the tokens at an offset came about; null where there are none. `typed` is a continuation to try. */
  split(params: DocumentVersion & { at: number; typed: string }): SplitView | null;

  /** The nearest token after (1) or before (-1) an offset that is a peak of the lens. */
  peak(
    params: DocumentVersion & {
      lens: LensId;
      from: number;
      direction: 1 | -1;
      features?: FeatureWish;
      contrast?: ContrastWish;
    },
  ): Range16 | null;

  /** The two tokenizers on a document and on the text in the ranges, and how the tokens in `visible` differ. */
  compare(
    params: DocumentVersion & { ranges: readonly Range16[]; visible: readonly Range16[] },
  ): Comparison | null;

  /** The nearest stretch after (1) or before (-1) an offset that the two tokenizers cut differently. */
  difference(params: DocumentVersion & { from: number; direction: 1 | -1 }): Range16 | null;

  /** Counts a file's tokens; null where it is no text in UTF-8. */
  countFile(params: { bytes: Uint8Array }): FileCount | null;

  /** Tokens in the document, and those that touch any of the ranges. */
  count(params: DocumentVersion & { ranges: readonly Range16[] }): TokenCount;

  /** Tokens that touch a range, one JSON object per line, in the fields of the command line. */
  json(params: DocumentVersion & { range: Range16 }): string;

  /**
   * Scores the bytes of visible text, with `whole` those of all the text, and proves then that they come to
   * what the tokens cost; with `second` by the second model, too. `SCORED` tells of progress, in bytes. Throws
   * `Cancelled` as `score` does.
   */
  scoreBytes(
    params: DocumentVersion & { visible: readonly Range16[]; whole: boolean; second?: boolean },
  ): ByteSummary | Refusal;

  /**
   * The characters of a range, with what is known of their bytes by now; with `difference` what the second model
   * needed more for them.
   */
  characters(
    params: DocumentVersion & { range: Range16; difference?: boolean },
  ): CharacterView | Refusal;

  /**
   * The exact probability of every byte that may come at an offset, by the second model, too, where there is one.
   * Throws `Cancelled` when aborted.
   */
  nextBytes(params: DocumentVersion & { utf16: number }): NextBytesView | Refusal;

  /** What the opened model is and how it tested against itself. */
  report(params: Record<string, never>): ModelReport;
}

export const engineMethods = [
  'openModel',
  'compareWith',
  'setDocument',
  'editDocument',
  'closeDocument',
  'score',
  'view',
  'split',
  'peak',
  'compare',
  'difference',
  'countFile',
  'count',
  'json',
  'scoreBytes',
  'characters',
  'nextBytes',
  'report',
  ...completionMethods,
  ...traceMethods,
  ...featureMethods,
] as const satisfies readonly (keyof EngineApi)[];

/** Notification from the engine while `score` runs, at most ten a second. */
export const SCORED = 'scored';
export interface ScoredEvent extends DocumentVersion {
  scored: number;
  total: number;
}

/** Notifications from the engine, by their names. */
export interface EngineEvents {
  [SCORED]: ScoredEvent;
  [COMPLETING]: CompletingEvent;
  [CALIBRATING]: CalibratingEvent;
  [ROLLING]: RollingEvent;
}

export interface DocumentVersion {
  uri: string;
  version: number;
}

/** Half-open. */
export interface Range16 {
  utf16Start: number;
  utf16End: number;
}

export interface TextEdit extends Range16 {
  text: string;
}

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

export interface ScoreSummary {
  scored: number;
  total: number;
  ms: number;
}

export interface ModelInfo {
  /** The folder's last name. */
  name: string;
  folder: string;
  tokenizer: string;
  vocabSize: number;
  /** Whether there is a graph to score with; why not, where there is none. */
  scores: boolean;
  scoresMissing?: string;
  /** Tokens in a window. */
  contextTokens: number;
  warnings: string[];
}

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

/** Why exact numbers cannot be had here; a sentence without its full stop. */
export interface Refusal {
  refused: string;
}

export interface ByteSummary {
  scored: number;
  total: number;
  /** Null where not all bytes are scored. */
  proof: ByteProof | null;
  /** The second model's. */
  secondProof?: ByteProof;
}

/** Window by window: bytesBits + seamBits + endBits = tokenBits, which other code computes. */
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
    seamBits: number;
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

/** A token outside a text. */
export interface Piece {
  id: number;
  bytes: Uint8Array;
}

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

export interface ModelReport {
  info: ModelInfo;
  tokenizerNormalizer: string;
  /** The token before the text, as it is spelled; null where the model has none. */
  start: { id: number; content: string } | null;
  /** Tokens that the model itself could hold. */
  modelContextTokens: number;
  node: string;
  graph: GraphReport | null;
  /** The text of the report that came with the model, if any. */
  ownReport: string | null;
}
