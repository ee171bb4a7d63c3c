// A trace as a format finds it in a row of a file: parts of text and their paths in the row.
import { asString, type Json } from '../../json';
import type { SavedLogprobs, SegmentKind } from '../trace';

/** Keys and indices from the root of the row. */
export type Path = readonly (string | number)[];

export interface RawPart {
  readonly kind: SegmentKind;
  readonly text: string;
  /** Absent if the row does not contain the text literally. */
  readonly path?: Path;
  /** Where steps begin, in UTF-16 of the text, if the file itself marks steps. */
  readonly steps?: readonly number[];
}

export interface RawLogprob {
  /** Null if the file has only text, or an invalid entry. */
  readonly bytes: Uint8Array;
  readonly logprob: number;
  readonly top: readonly { readonly bytes: Uint8Array; readonly logprob: number }[];
}

/** As listed in the file, not yet compared with any text. */
export interface RawLogprobs extends Pick<SavedLogprobs, 'source' | 'space' | 'vocabSize'> {
  readonly tokens: readonly RawLogprob[];
}

export interface RawTrace {
  /** Unique within the row: 'generation 2'. */
  readonly id?: string;
  readonly question?: string;
  readonly parts: readonly RawPart[];
  readonly answer?: string;
  readonly target?: string;
  readonly isRight?: boolean;
  readonly firstWrongStep?: number;
  /** [step], for display. */
  readonly stepLabels?: readonly (string | undefined)[];
  readonly logprobs?: readonly RawLogprobs[];
  /** Which log-probabilities could not be read, and why. */
  readonly refused?: readonly string[];
}

export interface Format {
  /** For display. */
  readonly name: string;
  /** Whether the format was checked against a real file. */
  readonly seen: 'in a real file' | 'from its documentation';
  /** Rows with the same key are about the same traces; only the first is read. */
  key?(row: TraceRow): string;
  /** The traces of a row; undefined if the row has another format. */
  read(row: TraceRow): readonly RawTrace[] | undefined;
}

export type TraceRow = Readonly<Json>;

/** A text field as a part; none if it is absent or only white space. */
export function textPart(
  kind: SegmentKind,
  row: TraceRow,
  key: string,
  before: Path = [],
): RawPart[] {
  const text = asString(row[key]);
  return text?.trim() ? [{ kind, text, path: [...before, key] }] : [];
}
