// Aligned columns for people.

export type Alignment = 'left' | 'right';

/** Lines of cells, two blanks apart and each as wide as its column; the first row is the head. `alignments`: of each column. */
export function* columns(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): Generator<string> {
  const widths = alignments.map((_, i) => Math.max(...rows.map(row => row[i]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, i) =>
      alignments[i] === 'left' ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
    );
    yield `${cells.join('  ').trimEnd()}\n`;
  }
}
