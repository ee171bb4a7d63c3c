// What the editor may ask of the tokenizer report, and what its thread posts.
import type { Report } from '../core/tokenizerReport/report';
import type { ReportOptions } from '../core/tokenizerReport/sectionKind';
import { methodsOf } from './channel';

/**
 * A file of this machine; a text that is not one, as it is not saved, selected, or from elsewhere; or why it is left out.
 * `withoutMark`: whether a byte order mark is left out, as VS Code's documents leave it out.
 */
export type ReportFile =
  | { readonly path: string; readonly file: string; readonly withoutMark?: boolean }
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly reason: string };

export interface ReportParams {
  /** For display: what the files are of. */
  source: string;
  /** `path` of each is for display. */
  files: readonly ReportFile[];
  options: ReportOptions;
}

export interface TokenizerReportApi {
  /**
   * A report on the model's tokenizer, `compares` it with the second one. Progress comes as `reporting`. Throws
   * `UserError` where no tokenizer is open; `Cancelled` when aborted, at once.
   */
  tokenizerReport(params: ReportParams & { compares: boolean }): Report;

  /**
   * Trains a tokenizer and writes it as a tokenizer.json. Progress comes as `reporting`. Throws `UserError` where there
   * is no text or it cannot be written; `Cancelled` when aborted, at once, and nothing is written.
   */
  trainTokenizer(params: TrainParams): TrainedTokenizer;
}

export interface TrainParams {
  files: readonly ReportFile[];
  /** The 256 bytes included. */
  entries: number;
  /** The file that is written. */
  target: string;
}

export interface TrainedTokenizer {
  path: string;
  /** Fewer than asked for where no pair was left. */
  entries: number;
  /** That were read, and the bytes of their texts. */
  files: number;
  bytes: number;
  skipped: readonly { readonly path: string; readonly reason: string }[];
}

export const tokenizerReportMethods = methodsOf<TokenizerReportApi>({
  tokenizerReport: true,
  trainTokenizer: true,
});

export interface TokenizerReportEvents {
  reporting: ReportingEvent;
}

export interface ReportingEvent {
  /** What is done: the path of a text, or the title of a section. */
  doing: string;
  /** Of all texts, then of the section; from 0 to 1. */
  share: number;
}

/** What the page of a report posts: a row of a table that was chosen. */
export interface ChosenRow {
  readonly section: number;
  readonly block: number;
  readonly row: number;
}

/** What the thread is given to do. */
export type ReportTask =
  | ({ task: 'report' } & ReportParams & { tokenizers: readonly { path: string; name: string }[] })
  | ({ task: 'train' } & TrainParams);

/** What it posts: it is busy until the end, so its messages are not those of a channel. */
export type ReportThreadMessage =
  { reporting: ReportingEvent } | { done: Report | TrainedTokenizer } | { refused: string };
