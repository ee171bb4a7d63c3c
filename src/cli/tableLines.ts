// Aligned columns as lines to print.
import { columns, type Alignment } from '../core/columns';

/** The first row is the head. `alignments`: of each column. */
export function* tableLines(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): Generator<string> {
  for (const line of columns(rows, alignments)) yield `${line}\n`;
}
