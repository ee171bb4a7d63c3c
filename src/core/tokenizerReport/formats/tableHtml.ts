// A table of a report as HTML. A number that is drawn has a bar beside it, so that the table says all that a plot would.
import { formatCount } from '../../format';
import type { Column, Row, Table } from '../report';
import { formatCell, isNumeric } from './cells';
import { html } from './html';

/** Rows that a page shows; exports as CSV and JSON have all that were kept. */
const MAX_ROWS = 500;

/** `id`: of its block, by which a chosen row is found; `hasLinks`: see `reportHtml`. */
export function tableHtml(table: Table, id: string, hasLinks: boolean): string {
  const { columns, rows, total = rows.length } = table;
  const longest = columns.map((_, i) =>
    rows.reduce((most, { cells }) => Math.max(most, Math.abs(Number(cells[i])) || 0), 0),
  );
  const heads = columns.map(
    ({ title, format }) => `<th scope="col"${classOf(format)}>${html(title)}</th>`,
  );
  const rowHtml = ({ cells, place }: Row, row: number) => {
    const shown = cells.map((cell, i) => {
      const { format, hasBar } = columns[i]!;
      const text = html(formatCell(cell, format));
      const isLink = hasLinks && i === 0 && place !== undefined;
      const content = isLink
        ? `<button class="place" data-at="${id}.${row}">${text}</button>`
        : text;
      const value = typeof cell === 'number' ? ` data-value="${cell}"` : '';
      const bar = hasBar ? barSvg(Number(cell) / longest[i]!) : '';
      return `<td${classOf(format)}${value}>${bar}${content}</td>`;
    });
    return `<tr>${shown.join('')}</tr>`;
  };
  const shown = rows.slice(0, MAX_ROWS);
  const more =
    total > shown.length ? `<p>The first ${shown.length} of ${formatCount(total)}.</p>` : '';
  return [
    `<div class="scroll"><table aria-labelledby="b${id}">`,
    `<thead><tr>${heads.join('')}</tr></thead>`,
    `<tbody>${shown.map(rowHtml).join('\n')}</tbody></table></div>${more}`,
  ].join('\n');
}

const classOf = (format: Column['format']) => (isNumeric(format) ? ' class="number"' : '');

function barSvg(share: number): string {
  const width = Number.isFinite(share) ? Math.round(100 * Math.abs(share)) : 0;
  return `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="10"/></svg>`;
}
