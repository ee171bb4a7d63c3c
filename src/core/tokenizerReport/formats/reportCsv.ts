// A report's tables as comma-separated values, for a spreadsheet.
import { tableOfCurve, type Block, type Cell, type Report } from '../report';

/** All tables and curves one under the other, each under a line with its section and title: RFC 4180 but for `rowEnd`. */
export function reportCsv(report: Report, rowEnd: '\r\n' | '\n' = '\r\n'): string {
  const rows = report.sections.flatMap(({ title, blocks }) =>
    blocks.flatMap(block => [[title, block.title], ...rowsOf(block), []]),
  );
  return rows.map(row => `${row.map(field).join(',')}${rowEnd}`).join('');
}

function rowsOf(block: Block): Cell[][] {
  const { columns, rows } = block.kind === 'table' ? block : tableOfCurve(block);
  return [columns.map(({ title }) => title), ...rows.map(({ cells }) => [...cells])];
}

/** A text that a spreadsheet would take for a formula is marked as text. */
function field(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null || !Number.isFinite(cell) ? '' : String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
