// Markdown that is readable as plain text: tables with aligned columns, texts as code.
import { alignedCells, type Alignment } from './columns';
import { showHidden } from './showHidden';

/** A text as code, whatever characters it has; a line end becomes a space. */
export function code(text: string): string {
  const inline = showHidden(text.replace(/[\r\n|]/g, ' '));
  if (!inline.includes('`')) return `\`${inline}\``;
  // Longer than every run of backticks in it, which would end it.
  let longest = 0;
  for (const [run] of inline.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(Math.max(2, longest + 1));
  return `${fence} ${inline} ${fence}`;
}

/** A text as it is, in the middle of a line: no link, address, emphasis or tag is made of it. */
export function proseText(text: string): string {
  return showHidden(text.replace(/\s+/g, ' '))
    .replace(/[\\`*_[\]<>|&~#!$]/g, '\\$&')
    .replaceAll('://', ':\\/\\/');
}

/** The first row is the head. A column without an alignment is aligned as the last one that has one. */
export function markdownTable(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string {
  const [head = []] = rows;
  const rules = head.map((_, column) =>
    (alignments[column] ?? alignments.at(-1)) === 'left' ? '---' : '--:',
  );
  const [first, rule, ...rest] = alignedCells([head, rules, ...rows.slice(1)], alignments);
  const fullRule = rule!.map(cell => cell.replaceAll(' ', '-'));
  return [first!, fullRule, ...rest].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
