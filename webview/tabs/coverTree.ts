// The cover tree at the end of a text: the ways to split its open bytes, each token an arc over its bytes.
import { html, svg, type TemplateResult } from 'lit';
import { formatPercent } from '../../src/core/format';
import { displayToken } from '../../src/core/displayToken';
import type { NextBytesView } from '../../src/protocol/nextBytes';

interface Arc {
  readonly from: number;
  readonly to: number;
  /** Whether the token extends across the cursor. */
  readonly isOpen: boolean;
  share: number;
}

const CELL = 26;
const MARGIN = 14;
const BASE = 18;
/** Width that open arcs are drawn with after the cursor, in bytes. */
const AFTER = 1.5;
const WIDEST = 9;
/** Most bytes that are drawn: the open end of a line of blanks may be long. */
const DRAWN = 40;

export function coverTreeTemplate(found: NextBytesView): TemplateResult {
  const { open } = found;
  const first = Math.max(0, open.length - DRAWN);
  const arcs = arcsOf(found).filter(({ from }) => from >= first);
  const x = (byte: number) => MARGIN + (byte - first) * CELL;
  const heights = arcs.map(({ from, to }) => heightOf(to - from));
  const top = Math.max(30, ...heights) + 12;
  const width = x(open.length + AFTER) + MARGIN;
  const cells = Array.from(open.subarray(first), (byte, i) => {
    const name = displayToken(Uint8Array.of(byte)).replace(/[⟨⟩]/g, '');
    return svg`<text x=${x(first + i) + CELL / 2} y=${top + BASE} text-anchor="middle">${name}</text>`;
  });
  const paths = arcs.map(({ from, to, isOpen, share }, i) => {
    const [left, right, up] = [x(from), x(to), top - heights[i]!];
    const curve = isOpen
      ? `M ${left} ${top} C ${left} ${up}, ${(left + right) / 2} ${up}, ${right} ${up}`
      : `M ${left} ${top} C ${left} ${up}, ${right} ${up}, ${right} ${top}`;
    const thickness = Math.max(0.75, WIDEST * share);
    return svg`<path class=${isOpen ? 'arc open' : 'arc'} d=${curve} stroke-width=${thickness}></path>`;
  });
  return html`<svg
      class="coverTree"
      width=${width}
      height=${top + BASE + 10}
      role="img"
      aria-label="Tree of the tokens before the cursor; the table below lists the same"
    >
      <line class="track" x1=${x(first)} y1=${top} x2=${x(open.length)} y2=${top}></line>
      <line class="cursor" x1=${x(open.length)} y1="0" x2=${x(open.length)} y2=${top + BASE}></line>
      ${paths} ${cells}
    </svg>
    ${coversTable(found)}`;
}

const heightOf = (bytes: number) => 22 + 12 * Math.min(6, bytes);

/** One arc for a token at an offset, even if several paths share it. */
function arcsOf({ open, tree, covers }: NextBytesView): Arc[] {
  const arcs = new Map<string, Arc>();
  const add = (from: number, to: number, isOpen: boolean, share: number) => {
    const key = `${from} ${to} ${isOpen}`;
    const arc = arcs.get(key) ?? { from, to, isOpen, share: 0 };
    arc.share += share;
    arcs.set(key, arc);
  };
  for (const { node, rest, share } of covers) {
    let to = open.length - rest.length;
    if (rest.length > 0) add(to, open.length + AFTER, true, share);
    for (let at = node; at >= 0; at = tree[at]!.parent) {
      add(to - tree[at]!.bytes.length, to, false, share);
      to -= tree[at]!.bytes.length;
    }
  }
  return [...arcs.values()].sort((a, b) => a.share - b.share);
}

function coversTable({ tree, covers }: NextBytesView): TemplateResult {
  const likeliest = [...covers].sort((a, b) => b.share - a.share);
  const rows = likeliest.map(({ node, rest, share }) => {
    const tokens: string[] = [];
    for (let at = node; at >= 0; at = tree[at]!.parent)
      tokens.unshift(displayToken(tree[at]!.bytes));
    if (rest.length > 0) tokens.push(`${displayToken(rest)}…`);
    return html`<tr>
      <td>
        ${
          tokens.length > 0
            ? tokens.map(token => html`<code class="piece">${token}</code> `)
            : 'a token begins at the cursor'
        }
      </td>
      <td class="number">${formatPercent(Math.log(share))}</td>
    </tr>`;
  });
  return html`<table>
    <caption>
      Ways to split it, with their shares of the probability; … extends across the cursor
    </caption>
    <thead>
      <tr>
        <th scope="col">tokens</th>
        <th scope="col" class="number">share</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
