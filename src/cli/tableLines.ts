// Aligned columns as lines to print.
import { columns, type Alignment } from '../core/columns';
import { showHidden } from '../core/showHidden';

/** The first row is the head. `alignments`: of each column. */
export function* tableLines(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): Generator<string> {
  // Before they are measured: what is spelled is longer.
  const spelled = rows.map(row => row.map(cell => showHidden(cell)));
  for (const line of columns(spelled, alignments)) yield `${line}\n`;
}
