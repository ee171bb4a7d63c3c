// What sections make their tables of: columns for each tokenizer, and counts with their shares.
import type { Cell, Column, Format, Row, Table } from '../report';

/** Under one title: of a single tokenizer alone, else with the name of each. */
export function columnsPer(names: readonly string[], ...titles: [string, Format][]): Column[] {
  return names.flatMap((name, i) =>
    titles.map(([title, format]) => ({
      title: names.length > 1 ? `${title}, ${name}` : title,
      format,
      hasBar: i === 0 && format === 'share',
    })),
  );
}

/** Counts of the same groups by each tokenizer, with their shares. The first tokenizer's order. */
export function countTable(
  words: Pick<Table, 'title' | 'meaning'>,
  group: string,
  names: readonly string[],
  counts: readonly (readonly { readonly name: string; readonly count: number }[])[],
): Table {
  const totals = counts.map(list => list.reduce((sum, { count }) => sum + count, 0));
  const byName = counts.map(list => new Map(list.map(({ name, count }) => [name, count])));
  const groups = new Set(counts.flatMap(list => list.map(({ name }) => name)));
  const rows = [...groups].map((name): Row => {
    const cells = byName.flatMap((known, i): Cell[] => {
      const count = known.get(name) ?? 0;
      return [count, count / totals[i]!];
    });
    return { cells: [name, ...cells] };
  });
  const columns = columnsPer(names, ['Entries', 'count'], ['Share', 'share']);
  return { kind: 'table', ...words, columns: [{ title: group, format: 'text' }, ...columns], rows };
}

/** Rows of measures, each with a number of every tokenizer. */
export function measureTable(
  words: Pick<Table, 'title' | 'meaning'>,
  names: readonly string[],
  format: Format,
  measures: readonly (readonly [name: string, ...values: Cell[]])[],
): Table {
  const columns: Column[] = [
    { title: 'Measure', format: 'text' },
    ...names.map(title => ({ title, format })),
  ];
  return { kind: 'table', ...words, columns, rows: measures.map(cells => ({ cells })) };
}
