// A tokenizer report as plain data: what the page, the command line and the exports show.

export interface Report {
  /** One, or two that are compared. */
  readonly tokenizers: readonly ReportedTokenizer[];
  /** For display: what was read, such as `src`. */
  readonly source: string;
  readonly files: number;
  /** Length of the texts' UTF-8. */
  readonly bytes: number;
  /** Files that are not in the numbers. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  readonly sections: readonly Section[];
}

export interface ReportedTokenizer {
  readonly name: string;
  /** For display: 'byte-level BPE'. */
  readonly kind: string;
  readonly vocabSize: number;
}

/** What every section says beside its numbers. */
export interface SectionWords {
  readonly title: string;
  /** The question that it answers, for someone who does not know the paper. */
  readonly question: string;
  /** Whose method it follows: `Qtok (2024)`. */
  readonly follows: string;
  /** What the numbers do not say. */
  readonly notClaimed: string;
  /** It takes a minute or more: it is made where it was asked for. */
  readonly isSlow?: boolean;
}

export interface Section extends Omit<SectionWords, 'isSlow'> {
  readonly id: string;
  readonly blocks: readonly Block[];
  /** Why there are no numbers; empty where there are. */
  readonly missing: string;
}

export type Block = Table | Curve;

export interface Table {
  readonly kind: 'table';
  readonly title: string;
  /** What a row and its numbers mean. */
  readonly meaning: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Rows that there are, where only the first are listed. */
  readonly total?: number;
}

export interface Column {
  readonly title: string;
  readonly format: Format;
  /** The number is drawn as a bar, too. */
  readonly hasBar?: boolean;
}

/** How a cell is shown: a share is from 0 to 1. */
export type Format = 'text' | 'count' | 'share' | 'rate' | 'signedShare' | 'money';

export type Cell = string | number | null;

export interface Row {
  readonly cells: readonly Cell[];
  /** Where in the texts it is. */
  readonly place?: Place;
}

export interface Place {
  readonly path: string;
  readonly utf16Start: number;
  readonly utf16End: number;
}

/** Lines over one axis, such as the length of a text by the number of merges. */
export interface Curve {
  readonly kind: 'curve';
  readonly title: string;
  readonly meaning: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly xs: readonly number[];
  readonly lines: readonly { readonly name: string; readonly ys: readonly number[] }[];
}

export interface Axis {
  readonly title: string;
  readonly format: Format;
}

/** A curve's numbers as a table, for who does not see it. */
export function tableOfCurve({ title, meaning, x, y, xs, lines }: Curve): Table {
  const columns = [x, ...lines.map(({ name }) => ({ title: name, format: y.format }))];
  const rows = xs.map((value, i) => ({ cells: [value, ...lines.map(({ ys }) => ys[i] ?? null)] }));
  return { kind: 'table', title, meaning, columns, rows };
}
