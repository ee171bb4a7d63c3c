// What the editor may ask about the texts that the engine holds copies of.
import { methodsOf } from './channel';
import type { FileCount, TokenCount } from './compare';
import type { SplitView } from './split';
import type { DocumentVersion, Range16, TextEdit } from './types';

export interface DocumentApi {
  /** Sends a whole text; `editDocument` brings it from one version to the next. */
  setDocument(params: { uri: string; version: number; text: string }): void;

  /** Edits of one change, in offsets of the text before it. An edit to a version that is there already is ignored. */
  editDocument(params: { uri: string; version: number; edits: readonly TextEdit[] }): void;

  closeDocument(params: { uri: string }): void;

  /** How the tokens at an offset came about; null where there are none. `typed` is a continuation to try. */
  split(params: DocumentVersion & { at: number; typed: string }): SplitView | null;

  /** Counts a file's tokens; null where it is not text in UTF-8. */
  countFile(params: { bytes: Uint8Array }): FileCount | null;

  /** Tokens in the document, and those that touch any of the ranges. */
  count(params: DocumentVersion & { ranges: readonly Range16[] }): TokenCount;

  /** Tokens that touch a range, one JSON object per line, in the fields of the command line. */
  json(params: DocumentVersion & { range: Range16 }): string;
}

export const documentMethods = methodsOf<DocumentApi>({
  setDocument: true,
  editDocument: true,
  closeDocument: true,
  split: true,
  countFile: true,
  count: true,
  json: true,
});
