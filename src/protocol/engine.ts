// What the editor may ask the engine. Offsets called utf16 count code units of the editor's text.
import type { LensId } from '../core/lenses/lenses';
import type { Comparison, FileCount, TokenCount, TokenizerInfo } from './compare';
import {
  CALIBRATING,
  COMPLETING,
  completionMethods,
  type CalibratingEvent,
  type CompletingEvent,
  type CompletionApi,
} from './completion';
import { featureMethods, type FeatureApi, type FeatureOptions } from './features';
import type { ModelInfo, ModelReport } from './models';
import type { NextBytesView } from './nextBytes';
import type { ByteSummary, CharacterView, Details, TokenView } from './scores';
import type { SplitView } from './split';
import {
  ROLLING,
  traceMethods,
  type ContrastOptions,
  type RollingEvent,
  type TraceApi,
} from './traces';
import type { DocumentVersion, Range16, Refusal, ScoreSummary, TextEdit } from './types';

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
      features?: FeatureOptions;
      /** Then `pending` counts what the pair has not said yet. */
      contrast?: ContrastOptions;
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
      features?: FeatureOptions;
      contrast?: ContrastOptions;
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
