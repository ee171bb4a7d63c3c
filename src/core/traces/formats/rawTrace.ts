// A trace as a format finds it in a row of a file: parts of text and where in the row they stand.
import type { SavedLogprobs, SegmentKind } from '../trace';

/** Keys and indices from the row's root. */
export type Path = readonly (string | number)[];

export interface RawPart {
  readonly kind: SegmentKind;
  readonly text: string;
  /** Absent where the text stands nowhere in the row as it is. */
  readonly path?: Path;
  /** Where steps begin, in UTF-16 of the text, where the file cuts them itself. */
  readonly steps?: readonly number[];
}

export interface RawLogprob {
  /** Null where the file has text alone, or an entry that is no text. */
  readonly bytes: Uint8Array;
  readonly logprob: number;
  readonly top: readonly { readonly bytes: Uint8Array; readonly logprob: number }[];
}

/** As the file lists them, not yet compared with any text. */
export interface RawLogprobs extends Pick<SavedLogprobs, 'source' | 'space' | 'vocabSize'> {
  readonly tokens: readonly RawLogprob[];
}

export interface RawTrace {
  /** Within the row: 'generation 2'. */
  readonly id?: string;
  readonly question?: string;
  readonly parts: readonly RawPart[];
  readonly answer?: string;
  readonly target?: string;
  readonly isRight?: boolean;
  readonly firstWrongStep?: number;
  /** [step], for people. */
  readonly stepLabels?: readonly (string | undefined)[];
  readonly logprobs?: readonly RawLogprobs[];
  /** What of the log-probabilities could not be read. */
  readonly refused?: readonly string[];
}

export interface Format {
  /** For people. */
  readonly name: string;
  /** Where what is read here comes from. */
  readonly seen: 'in a real file' | 'from its documentation';
  /** Rows of one key tell of the same traces: the first is read. */
  key?(row: TraceRow): string;
  /** The traces of a row; undefined where the row is of another format. */
  read(row: TraceRow): readonly RawTrace[] | undefined;
}

export type TraceRow = Readonly<Record<string, unknown>>;

export function isRow(value: unknown): value is TraceRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asRows(value: unknown): TraceRow[] {
  return Array.isArray(value) ? value.filter(isRow) : [];
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A field of text as a part; none where it is absent or blank. */
export function textPart(
  kind: SegmentKind,
  row: TraceRow,
  key: string,
  before: Path = [],
): RawPart[] {
  const text = asString(row[key]);
  return text?.trim() ? [{ kind, text, path: [...before, key] }] : [];
}

/** Fields that are known, without those that are not. */
export function definedFields<T extends object>(
  fields: T,
): {
  [K in keyof T]?: Exclude<T[K], undefined>;
} {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
