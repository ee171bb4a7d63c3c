// Markdown that is readable as plain text: tables with aligned columns, texts as code.
import { alignedCells, type Alignment } from './columns';

/** A text as code, whatever characters it has; a line end becomes a space. */
export function code(text: string): string {
  const inline = text.replace(/[\r\n|]/g, ' ');
  return inline.includes('`') ? `\`\` ${inline} \`\`` : `\`${inline}\``;
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
