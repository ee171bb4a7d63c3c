// A report's numbers in words, the same on the page, in a terminal and in what is copied from them.
import { formatCount, formatSigned } from '../../format';
import type { Cell, Format } from '../report';

/** What stands for a number that there is not. */
const NOTHING = '–';

export function formatCell(cell: Cell, format: Format): string {
  if (typeof cell === 'string') return cell;
  return cell === null || !Number.isFinite(cell) ? NOTHING : formats[format](cell);
}

/** Whether a column's cells stand to the right. */
export const isNumeric = (format: Format): boolean => format !== 'text';

const formats: Record<Format, (value: number) => string> = {
  text: String,
  count: value => formatCount(Math.round(value)),
  share: value => `${percent(value)} %`,
  signedShare: value => `${formatSigned(100 * value, 1)} %`,
  rate: value => value.toFixed(2),
  money: value => (value < 0.01 && value > 0 ? value.toPrecision(2) : value.toFixed(2)),
};

/** One digit after the point, and more for what is smaller than that. */
function percent(share: number): string {
  const value = 100 * share;
  return value === 0 || Math.abs(value) >= 0.1 ? value.toFixed(1) : value.toPrecision(1);
}
