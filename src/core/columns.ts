// Prints a table as text whose columns are aligned.

export type Alignment = 'left' | 'right';

/** Between columns. */
const GAP = '  ';

/**
 * One line per row of cells, each column as wide as its widest cell in UTF-16 units. A column without an alignment is
 * aligned as the last one that has one, or right if `alignments` is empty. White space at the end of a line is
 * removed.
 */
export function columns(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string[] {
  return alignedCells(rows, alignments).map(row => row.join(GAP).trimEnd());
}

/** The cells of each row, padded to the width of their column: for tables with other separators. */
export function alignedCells(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string[][] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  const aligned = (cell: string, i: number) =>
    (alignments[i] ?? alignments.at(-1)) === 'left'
      ? cell.padEnd(widths[i]!)
      : cell.padStart(widths[i]!);
  return rows.map(row => row.map(aligned));
}
