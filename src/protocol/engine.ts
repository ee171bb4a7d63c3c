// What the editor may ask the engine. Offsets called utf16 count UTF-16 code units of the editor's text.
import type { LensId } from '../core/lenses';
import type { Scores } from '../core/scores';
import type { GraphReport } from './runtime';

export interface EngineApi extends Record<string, (params: never) => unknown> {
  /** Opens a model folder in place of the one before. A folder with tokenizer files alone serves *tokens*. */
  openModel(params: { folder: string }): ModelInfo;

  /** Sends a whole text; `editDocument` brings it from one version to the next. */
  setDocument(params: { uri: string; version: number; text: string }): void;
  editDocument(params: { uri: string; version: number; edits: readonly TextEdit[] }): void;
  closeDocument(params: { uri: string }): void;

  /**
   * Scores the document, windows that hold visible text first, up to the token limit; `onScored` tells
   * of progress. Resolves when done, throws `Cancelled` when aborted or when the text has changed.
   */
  score(params: { uri: string; version: number; visible: readonly Range16[]; maxTokens: number }): ScoreSummary;

  /** Tokens that touch a range, with what is known of their scores by now. */
  view(params: { uri: string; version: number; ranges: readonly Range16[]; maxTokens: number }): TokenView;

  /** The nearest token before or after an offset whose lens value is a peak of its neighbourhood. */
  peak(params: { uri: string; version: number; lens: LensId; from: number; direction: 1 | -1 }): Range16 | null;

  /** Tokens in the whole document and in each range. */
  count(params: { uri: string; version: number; ranges: readonly Range16[] }): { document: number; ranges: number };

  /** What the opened model is and how it tested against itself. */
  report(params: Record<string, never>): ModelReport;
}

export const engineMethods = [
  'openModel', 'setDocument', 'editDocument', 'closeDocument', 'score', 'view', 'peak', 'count', 'report',
] as const satisfies readonly (keyof EngineApi)[];

/** Notification from the engine while `score` runs, at most ten a second. */
export const SCORED = 'scored';
export interface ScoredEvent {
  uri: string;
  version: number;
  scored: number;
  total: number;
}

/** Half-open. */
export interface Range16 {
  utf16Start: number;
  utf16End: number;
}

export interface TextEdit extends Range16 {
  text: string;
}
