// A curve as a picture: axes with numbers at their ends, one line for each series.
import type { Curve } from '../report';
import { formatCell } from './cells';
import { html } from './html';

const WIDTH = 640;
const HEIGHT = 220;
/** Around the lines, for the numbers of the axes. */
const LEFT = 70;
const BOTTOM = 40;
const TOP = 12;
const RIGHT = 16;

/** The y axis begins at 0, so that lengths compare as lengths. Colours and fonts come from the style sheet. */
export function curveSvg({ title, x, y, xs, lines }: Curve): string {
  const [low, high] = extremesOf(lines);
  const [first = 0, last = 1] = [xs[0], xs.at(-1)];
  const across = (value: number) =>
    LEFT + ((value - first) / (last - first || 1)) * (WIDTH - LEFT - RIGHT);
  const up = (value: number) =>
    HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
  const paths = lines.map(({ ys }, i) => {
    const points: string[] = [];
    ys.forEach((value, j) => {
      if (!Number.isFinite(value)) return;
      const point = `${across(xs[j]!).toFixed(1)},${up(value).toFixed(1)}`;
      // Of many values most are drawn at the place of the one before.
      if (point !== points.at(-1)) points.push(point);
    });
    return `<polyline class="line${i}" points="${points.join(' ')}"/>`;
  });
  const label = (atX: number, atY: number, anchor: string, text: string) =>
    `<text x="${atX}" y="${atY.toFixed(1)}" text-anchor="${anchor}">${html(text)}</text>`;
  return [
    `<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${html(wordsOf({ title, x, y, xs, lines }))}">`,
    `<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>`,
    label(LEFT - 6, up(high) + 4, 'end', formatCell(high, y.format)),
    label(LEFT - 6, up(low) + 4, 'end', formatCell(low, y.format)),
    label(LEFT, HEIGHT - BOTTOM + 16, 'middle', formatCell(first, x.format)),
    label(WIDTH - RIGHT, HEIGHT - BOTTOM + 16, 'end', formatCell(last, x.format)),
    label((LEFT + WIDTH) / 2, HEIGHT - 8, 'middle', x.title),
    ...paths,
    '</svg>',
  ].join('');
}

/** The ends of the y axis. */
function extremesOf(lines: Curve['lines']): [low: number, high: number] {
  let [low, high] = [0, 0];
  for (const { ys } of lines) {
    for (const value of ys) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high || 1];
}

/** For who does not see it: where each line begins and ends. */
function wordsOf({ title, x, y, xs, lines }: Omit<Curve, 'kind' | 'meaning'>): string {
  const ends = lines.map(({ name, ys }) => {
    const [from, to] = [ys[0] ?? null, ys.at(-1) ?? null];
    return `${name} from ${formatCell(from, y.format)} to ${formatCell(to, y.format)}`;
  });
  const [first, last] = [
    formatCell(xs[0] ?? null, x.format),
    formatCell(xs.at(-1) ?? null, x.format),
  ];
  return `${title}. ${x.title} from ${first} to ${last}: ${ends.join(', ')} ${y.title}.`;
}
