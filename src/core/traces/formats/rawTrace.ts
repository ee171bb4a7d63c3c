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
  /** What the file says of its steps, for display. */
  readonly label?: string;
  /** It goes on in the line of the part before it. */
  readonly goesOn?: boolean;
  /** Markers in it are text: the message has its reasoning in a field of its own. */
  readonly isUnmarked?: boolean;
  /** What its text does not say, for display: that the reasoning is encrypted. */
  readonly note?: string;
}

/** What markers in the text of a part enclose, or what is outside of them. */
export interface MarkedText {
  readonly kind: SegmentKind;
  /** UTF-16, half-open, without the markers. */
  readonly start: number;
  readonly end: number;
}

/** A token as the file spells it. */
export interface RawSpelling {
  readonly bytes: Uint8Array;
  /** What else it may be if the file spells its bytes with escapes; the text decides. */
  readonly otherBytes?: readonly Uint8Array[];
}

export interface RawAlternative extends RawSpelling {
  /** Nats; NaN if the file has none. */
  readonly logprob: number;
}

export interface RawLogprob extends RawAlternative {
  readonly top: readonly RawAlternative[];
}

/** As listed in the file, not yet compared with any text. */
export interface RawLogprobs extends Pick<SavedLogprobs, 'source' | 'space' | 'vocabSize'> {
  readonly tokens: readonly RawLogprob[];
  /** The index of the first part that they are about, if they are not about those before it. */
  readonly firstPart?: number;
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
  readonly logprobs?: readonly RawLogprobs[];
  /** Which log-probabilities could not be read, and why. */
  readonly refused?: readonly string[];
  /** Why there are no parts, as what is said of the row: 'has no answer: it expired'. */
  readonly problem?: string;
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

/** A text field, or item of a list, as a part; none if it is absent or only white space. */
export function textPart(
  kind: SegmentKind,
  row: TraceRow | readonly unknown[],
  key: string | number,
  before: Path = [],
): RawPart[] {
  const text = asString((row as Readonly<Record<string | number, unknown>>)[key]);
  return text?.trim() ? [{ kind, text, path: [...before, key] }] : [];
}
