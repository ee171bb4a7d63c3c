// The columns of the table: what a token is, and its value under each lens.
import { lenses } from '../../src/core/lenses/lenses';
import { passColumns, type Lens, type PassId } from '../../src/core/lenses/lens';
import type { Scale } from '../../src/core/lenses/scale';
import type { Scores } from '../../src/core/lenses/scores';
import type { InspectorState } from '../../src/protocol/page';
import { valueOf, type TokenRow } from './tokenRows';

export interface Column {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly isNumber: boolean;
  /** It is listed where all of these passes ran. */
  readonly needs: readonly PassId[];
  /** The sort key; NaN where unknown. */
  value(row: TokenRow): number | string;
  /** The cell's text. */
  text(row: TokenRow): string;
}

const noTrace = { second: '', firstToken: 0 };
const plainColumn = { unit: '', needs: [] } as const;
const tokenColumns: readonly Column[] = [
  textColumn('token', row => row.spelled),
  textColumn('bytes', row => row.hex),
  numberColumn('id', row => row.id),
];
/** Lenses of shades and channels have no number to show. */
const lensColumns: readonly Column[] = Object.entries<Lens>(lenses).flatMap(([id, lens]) =>
  lens.scale.kind === 'alternate' || lens.scale.kind === 'channels'
    ? []
    : [lensColumn(id, lens, lens.scale)],
);

/**
 * A lens has a column where its numbers are known. `second` is the second tokenizer's name, or empty where there is
 * none. The index is that of the command line: from 0, in a trace below 0 in its question.
 */
export function columnsOf(
  scores: readonly (Scores | null)[],
  { second, firstToken }: Pick<InspectorState, 'second' | 'firstToken'> = noTrace,
): readonly Column[] {
  const index = numberColumn('index', row => row.index - firstToken);
  const others: Column[] = second
    ? [{ ...textColumn(second, ({ others }) => others?.join(' ') ?? ''), id: 'second' }]
    : [];
  const columns = [index, ...tokenColumns, ...others];
  const hasRun = (id: PassId) => scores.some(known => known?.[passColumns[id]]);
  return [...columns, ...lensColumns.filter(({ needs }) => needs.every(hasRun))];
}

/** A sorted copy: unknown values come last, equal ones stay in text order. */
export function sorted(rows: readonly TokenRow[], column: Column, isDescending: boolean) {
  const direction = isDescending ? -1 : 1;
  const isUnknown = (value: number | string) => Number.isNaN(value);
  const keyed = rows.map(row => ({ row, key: column.value(row) }));
  keyed.sort(({ key: a }, { key: b }) => {
    if (isUnknown(a) || isUnknown(b)) return Number(isUnknown(a)) - Number(isUnknown(b));
    return a < b ? -direction : a > b ? direction : 0;
  });
  return keyed.map(({ row }) => row);
}

function numberColumn(title: string, value: (row: TokenRow) => number): Column {
  const text = (row: TokenRow) => String(value(row));
  return { ...plainColumn, id: title, title, isNumber: true, value, text };
}

function textColumn(title: string, text: (row: TokenRow) => string): Column {
  return { ...plainColumn, id: title, title, isNumber: false, value: text, text };
}

function lensColumn(
  id: string,
  lens: Lens,
  { unit, decimals }: Exclude<Scale, { kind: 'alternate' | 'channels' }>,
): Column {
  const value = (row: TokenRow) => valueOf(lens, row);
  const text = (row: TokenRow) => {
    const number = value(row);
    return Number.isNaN(number) ? '–' : number.toFixed(decimals);
  };
  return {
    id: `lens.${id}`,
    title: lens.title.toLowerCase(),
    unit,
    isNumber: true,
    needs: lens.needs,
    value,
    text,
  };
}
