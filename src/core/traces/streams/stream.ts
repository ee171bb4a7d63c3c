// An answer that a server sent in pieces, and that is put together to the row it would have been in one piece.
import type { TraceRow } from '../formats/rawTrace';

export interface Stream {
  add(chunk: TraceRow): void;
  /** As the server would have answered in one piece; undefined if no chunk had any of it. */
  row(): TraceRow | undefined;
  /** Whether its end was among the chunks; undefined if the chunks do not say. */
  isOver(): boolean | undefined;
}

export interface StreamKind {
  /** Of the answer that a row is a chunk of; undefined if it is none. `isOpen` says whether an answer has chunks already. */
  keyOf(row: TraceRow, isOpen: (key: string) => boolean): string | undefined;
  /** Whether the row begins an answer, although one under the same key has not ended. */
  begins?(row: TraceRow): boolean;
  /** Whether the row is the last of its answer. */
  ends?(row: TraceRow): boolean;
  /** Whether a single chunk may be a whole answer, which is then read as it is. */
  readonly mayBeWhole?: boolean;
  start(): Stream;
}
