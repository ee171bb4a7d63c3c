// What the editor may ask the engine. Offsets called utf16 count code units of the editor's text.
import type { LensId } from '../core/lenses';
import type { Scores } from '../core/scores';
import type { TextSize } from '../core/textSize';
import type { CalibrationRow } from '../core/completion/calibration';
import type { Healing } from '../core/completion/beginnings';
import type { StopReason } from '../core/completion/complete';
import type { HandBack, PromptForm, PromptMode, SuffixFrom } from '../core/completion/prompt';
import type { Region } from '../core/completion/region';
import { featureMethods, type FeatureApi, type FeatureWish } from './features';
import type { TraceFile } from '../core/traces/trace';
import type { BranchView, RolloutOptions, RolloutView } from './rollouts';
import type { GraphReport } from './runtime';

export interface EngineApi extends FeatureApi {
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

  /**
   * Chooses a positive and a negative model that share the opened model's tokens; none: those that its folder names
   * in tokenscope.json. They are opened when they are first asked for.
   */
  choosePair(params: { members?: PairMembers }): void;

  /** Sends a whole text; `editDocument` brings it from one version to the next. */
  setDocument(params: { uri: string; version: number; text: string }): void;
  editDocument(params: { uri: string; version: number; edits: readonly TextEdit[] }): void;
  closeDocument(params: { uri: string }): void;

  /**
   * Scores the document: windows that hold visible text, then others until `maxTokens` are scored. `SCORED`
   * tells of progress. Throws `Cancelled` when aborted or when the text has changed meanwhile.
   */
  score(params: DocumentVersion & { visible: readonly Range16[]; maxTokens: number }): ScoreSummary;

  /** Scores the document by the pair, as `score` does; told instead where there is no pair, or it does not fit the text. */
  scoreContrast(
    params: DocumentVersion & { visible: readonly Range16[]; maxTokens: number },
  ): ScoreSummary | Refusal;

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
      /** Whether `pending` counts what the pair has not said yet. */
      contrast?: boolean;
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

  /**
   * What may be inserted behind `edit`, which is made to this version of the text first, for this request alone:
   * where the cursor is, it is empty. With `stream` `COMPLETING` tells what is sure of it by now. Throws
   * `Cancelled` when aborted; that the text changes meanwhile is no reason.
   */
  complete(
    params: DocumentVersion & { edit: TextEdit; options: CompletionOptions; stream?: number },
  ): CompletionView | Refusal;

  /** A completion in full, and what other healings would have made of it. */
  explainCompletion(params: {
    text: string;
    at: number;
    options: CompletionOptions;
  }): CompletionView[];

  /**
   * Measures the forms of prompts at places in these texts. `CALIBRATING` tells of progress. Throws `UserError`
   * where there is too little text, `Cancelled` when aborted.
   */
  calibrate(params: {
    texts: readonly string[];
    cuts: number;
    contextTokens: number;
  }): CalibrationView | Refusal;

  /** The reasoning traces of a file, whose name is for people. Throws `UserError` where it holds none. */
  readTraces(params: { name: string; bytes: Uint8Array }): TraceFile;

  /**
   * Rolls out a trace that begins at `start` and goes on to the text's end. `ROLLING` tells of progress. Throws
   * `Cancelled` when aborted or when the text has changed meanwhile.
   */
  rollOut(
    params: DocumentVersion & { start: number; options: RolloutOptions },
  ): RolloutView | Refusal;

  /** The same trace with another token `id` at an offset: how the model goes on, and where rollouts come to. */
  branch(
    params: DocumentVersion & { start: number; at: number; id: number; options: RolloutOptions },
  ): BranchView | Refusal;

  /** What the opened model is and how it tested against itself. */
  report(params: Record<string, never>): ModelReport;
}

export const engineMethods = [
  'openModel',
  'compareWith',
  'choosePair',
  'setDocument',
  'editDocument',
  'closeDocument',
  'score',
  'scoreContrast',
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
  'complete',
  'explainCompletion',
  'calibrate',
  'readTraces',
  'rollOut',
  'branch',
  'report',
  ...featureMethods,
] as const satisfies readonly (keyof EngineApi)[];

/** Notification from the engine while `score` runs, at most ten a second. */
export const SCORED = 'scored';
export interface ScoredEvent extends DocumentVersion {
  scored: number;
  total: number;
}

/** Notification from the engine while `complete` runs with `stream`. */
export const COMPLETING = 'completing';
export interface CompletingEvent {
  stream: number;
  insert: string;
}

/** Notification from the engine while `rollOut` runs: prefixes done, of at most so many. */
export const ROLLING = 'rolling';
export interface RollingEvent extends DocumentVersion {
  points: number;
  most: number;
}

/** Notification from the engine while `calibrate` runs. */
export const CALIBRATING = 'calibrating';
export interface CalibratingEvent {
  done: number;
  total: number;
}

export interface CalibrationView {
  /** The model's name. */
  model: string;
  cuts: number;
  /** The best first. */
  rows: CalibrationRow[];
  /** The best of them again where the middle ends inside a word, by where the text behind it begins; empty without FIM. */
  inWords: CalibrationRow[];
  chosen: PromptForm;
}

export interface CompletionOptions {
  /** The first that can be had with the model's tokenizer. */
  healings: readonly Healing[];
  /** auto: what the model was taught. One that it was not taught is `none`. */
  mode: PromptMode | 'auto';
  handBack: HandBack | 'auto';
  suffixFrom: SuffixFrom | 'auto';
  /** Of the text around the cursor. The model may hold less. */
  contextTokens: number;
  maxTokens: number;
  maxTimeMs: number;
  singleLine: boolean;
  /** An insertion ends before the token with which it would be less likely. */
  minProbability: number;
  /** More than one: those that begin likeliest, or so many drawn. */
  candidates: number;
  /** 0: always the likeliest token. */
  temperature: number;
  topP: number;
  seed: number;
  /** Whether several tokens are asked for at once where the text suggests them; it changes nothing but the time. */
  drafts: boolean;
  /** The text's language, and where in it nothing is to be completed. */
  language: string;
  except: readonly Region[];
  /** Alternatives listed for each token; with any, the prompt is told, too. */
  alternatives: number;
  /** Whether the insertions' own probabilities are found out. */
  logprobs: boolean;
}

export interface CompletionView {
  items: CompletionItem[];
  mode: PromptMode;
  /** Where the prompt's form is from, for people. */
  format: string;
  healing: Healing;
  /** Why healing is not exact, where it was to be. */
  inexact: string;
  /** The bytes before the cursor that the model wrote anew. */
  handedBack: Uint8Array;
  /** Those behind the cursor that it was to write, too: the rest of a word. */
  handedOn: Uint8Array;
  /** Tokens of the prompt before them. */
  promptTokens: number;
  /** How many of these the model remembered. */
  rememberedTokens: number;
  /** Tokens that went through the model: what it remembered did not. */
  modelTokens: number;
  ms: number;
  /** With `alternatives`: the text of the prompt, marks by name. */
  prompt?: string;
  /** UTF-16 of the text that was looked at. */
  seen: { before: number; after: number };
}

export interface CompletionItem {
  insert: string;
  /** Nats: of the inserted bytes and of the stop, if there is one, given the bytes before; null where not known. */
  logprob: number | null;
  stopReason: StopReason;
  /** They spell the bytes handed back, the insertion, and perhaps more. */
  tokens: (Piece & { logprob: number; top: (Piece & { logprob: number })[] })[];
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

/** A model of a pair; an empty folder is the opened model's. */
export interface PairMember {
  folder: string;
  /** What it is shown before every text. */
  prompt?: string;
}

export interface PairMembers {
  positive: PairMember;
  negative: PairMember;
}

/** For people: what the two are. */
export interface PairInfo {
  positive: string;
  negative: string;
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
