// A report as text for a terminal: the same sections, tables and sentences as the page.
import { columns } from '../../columns';
import { formatBytes, formatCount, formatNumberOf } from '../../format';
import { showHidden } from '../../showHidden';
import { tableOfCurve, type Block, type Report, type Section, type Table } from '../report';
import { formatCell, isNumeric } from './cells';

/** Rows of a table that are printed; the JSON has all. */
const MAX_ROWS = 20;
/** Points of a curve that are printed. */
const MAX_POINTS = 11;

/** Lines without their line ends. */
export function* reportLines(report: Report): Generator<string> {
  yield `Tokenizer report of ${showHidden(report.source)}: ${sizeWords(report)}`;
  for (const { name, kind, vocabSize } of report.tokenizers)
    yield `${showHidden(name)}: ${kind}, ${formatCount(vocabSize)} entries`;
  for (const section of report.sections) yield* sectionLines(section);
  if (report.skipped.length === 0) return;
  yield '';
  for (const { path, reason } of report.skipped)
    yield `not read: ${showHidden(path)} (${showHidden(reason)})`;
}

/** `12 files, 1.3 MB`. */
export const sizeWords = ({ files, bytes }: Report): string =>
  `${formatNumberOf(files, 'file')}, ${formatBytes(bytes)}`;

function* sectionLines(section: Section): Generator<string> {
  const { title, question, follows, notClaimed, blocks, missing } = section;
  yield '';
  yield title.toUpperCase();
  yield question;
  if (missing) yield missing;
  for (const block of blocks) yield* blockLines(block);
  if (blocks.length === 0) return;
  yield '';
  yield `Follows ${follows}. ${notClaimed}`;
}

function* blockLines(block: Block): Generator<string> {
  yield '';
  yield `${block.title}: ${block.meaning}`;
  if (block.kind === 'table') return yield* tableLines(block);
  const table = tableOfCurve(block);
  const rows = evenly(table.rows.length, MAX_POINTS).map(i => table.rows[i]!);
  yield* tableLines({ ...table, rows });
}

function* tableLines({ columns: heads, rows, total = rows.length }: Table): Generator<string> {
  const cells = rows
    .slice(0, MAX_ROWS)
    .map(row => row.cells.map((cell, i) => showHidden(formatCell(cell, heads[i]!.format))));
  const sides = heads.map(({ format }) => (isNumeric(format) ? 'right' : 'left'));
  yield* columns([heads.map(({ title }) => showHidden(title)), ...cells], sides);
  if (total > cells.length) yield `The first ${cells.length} of ${formatCount(total)}.`;
}

/** At most `most` of the indices below `count`, the first and the last among them. */
function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}
