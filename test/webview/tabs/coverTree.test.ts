// The picture of the tokens before the cursor: an arc for each, as thick as its share, over the bytes that it spans.
import '../../support/navigator';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { NextBytesView } from '../../../src/protocol/nextBytes';
import { coverTreeTemplate } from '../../../webview/tabs/coverTree';
import { shown } from '../../support/litText';

const view = (changes: Partial<NextBytesView>) => changes as NextBytesView;
const [CELL, MARGIN] = [26, 14];
const x = (byte: number) => MARGIN + byte * CELL;

/** Arcs by the bytes that they begin and end at. */
function drawn(found: NextBytesView) {
  const { html } = shown(coverTreeTemplate(found));
  const attribute = (markup: string, name: string) =>
    new RegExp(`\\s${name}="?([^">]*)`).exec(markup)![1]!;
  const byteAt = (at: number) => (at - MARGIN) / CELL;
  const arcs = [...html.matchAll(/<path[^>]*>/g)].map(([path]) => {
    const numbers = /^M (\S+) (\S+) C \S+ ([^,]+), .*?(\S+) \S+$/.exec(attribute(path, 'd'))!;
    const [from = NaN, top = NaN, up = NaN, to = NaN] = numbers.slice(1).map(Number);
    return {
      name: attribute(path, 'class'),
      from: byteAt(from),
      to: byteAt(to),
      height: top - up,
      thickness: Number(attribute(path, 'stroke-width')),
    };
  });
  const cells = [...html.matchAll(/<text x="([^"]*)"[^>]*>(.*?)<\/text>/g)].map(([, at, name]) => ({
    at: Number(at),
    name,
  }));
  const [cursor] = /<line class="cursor"[^>]*>/.exec(html)!;
  return {
    arcs,
    cells,
    cursor: Number(attribute(cursor, 'x1')),
    width: Number(attribute(html, 'width')),
  };
}

test('closed arcs over their bytes, an open one past the cursor; shares of one arc add up', () => {
  const tree = [
    { parent: -1, bytes: encodeUtf8('w') },
    { parent: 0, bytes: encodeUtf8('or') },
    { parent: 0, bytes: encodeUtf8('o') },
  ];
  const covers = [
    { node: 0, rest: encodeUtf8('or'), share: 0.25 },
    { node: 1, rest: new Uint8Array(), share: 0.7 },
    { node: 2, rest: encodeUtf8('r'), share: 0.05 },
  ];
  const { arcs, cells, cursor, width } = drawn(view({ open: encodeUtf8('wor'), tree, covers }));
  expect(cells).toEqual([
    { at: x(0.5), name: 'w' },
    { at: x(1.5), name: 'o' },
    { at: x(2.5), name: 'r' },
  ]);
  expect(cursor).toBe(x(3));
  expect(width).toBe(x(4.5) + MARGIN);
  const height = (bytes: number) => 22 + 12 * bytes;
  const arc = (from: number, to: number, share: number, name = 'arc') => ({
    name,
    from,
    to,
    height: height(to - from),
    thickness: expect.closeTo(Math.max(0.75, 9 * share), 9),
  });
  // The thickest is drawn last.
  expect(arcs).toEqual([
    arc(2, 4.5, 0.05, 'arc open'),
    arc(1, 2, 0.05),
    arc(1, 4.5, 0.25, 'arc open'),
    arc(1, 3, 0.7),
    arc(0, 1, 1),
  ]);
});

test('of a long text the last forty bytes, and the arcs among them', () => {
  const bytes = new Uint8Array(50).fill(32);
  const tree = [
    { parent: -1, bytes: bytes.slice(0, 12) },
    { parent: 0, bytes: bytes.slice(0, 38) },
  ];
  const { arcs, cells, cursor } = drawn(
    view({ open: bytes, tree, covers: [{ node: 1, rest: new Uint8Array(), share: 1 }] }),
  );
  expect(cells).toHaveLength(40);
  expect(cells.every(({ name }) => !/[⟨⟩]/.test(name!))).toBe(true);
  expect(cursor).toBe(x(40));
  // The first one begins before what is drawn. No arc is higher than one over six bytes.
  expect(arcs).toEqual([{ name: 'arc', from: 2, to: 40, height: 22 + 12 * 6, thickness: 9 }]);
});

test('the table has the likeliest way first, each token by itself', () => {
  const tree = [
    { parent: -1, bytes: encodeUtf8('w') },
    { parent: 0, bytes: encodeUtf8('or') },
    { parent: 1, bytes: encodeUtf8('d ') },
  ];
  const covers = [
    { node: 0, rest: encodeUtf8('ord'), share: 0.125 },
    { node: 2, rest: new Uint8Array(), share: 0.5 },
    { node: -1, rest: new Uint8Array(), share: 0.375 },
  ];
  const found = view({ open: encodeUtf8('word '), tree, covers });
  const { text, html } = shown(coverTreeTemplate(found));
  expect(text.split('\n').slice(-3)).toEqual([
    'w or d· | 50 %',
    'a token begins at the cursor | 37.5 %',
    'w ord… | 12.5 %',
  ]);
  expect(html.match(/<code class="piece">/g)).toHaveLength(3 + 2);
  // It is not sorted in its place: the engine's order is that of the tree.
  expect(covers.map(({ share }) => share)).toEqual([0.125, 0.5, 0.375]);
});

test('the picture holds all that is drawn: arcs, letters, the line of the text and the cursor', () => {
  const tree = [{ parent: -1, bytes: encodeUtf8('word') }];
  const rest = encodeUtf8('longer than six');
  const covers = [
    { node: 0, rest: new Uint8Array(), share: 0.5 },
    { node: -1, rest, share: 0.5 },
  ];
  const { html } = shown(
    coverTreeTemplate(view({ open: rest.slice(), tree, covers: [...covers].reverse() })),
  );
  const attribute = (markup: string, name: string) =>
    Number(new RegExp(`\\s${name}="([^"]*)"`).exec(markup)![1]);
  const [svg = ''] = /<svg[^>]*>/.exec(html)!;
  const [width, height] = [attribute(svg, 'width'), attribute(svg, 'height')];
  const [track = ''] = /<line class="track"[^>]*>/.exec(html)!;
  const line = attribute(track, 'y1');
  expect([attribute(track, 'y2'), attribute(track, 'x1'), attribute(track, 'x2')]).toEqual([
    line,
    MARGIN,
    x(rest.length),
  ]);
  for (const [, d] of html.matchAll(/<path[^>]* d="([^"]*)"/g)) {
    const places = [...d!.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, ...at]) => at.map(Number));
    expect(places).toHaveLength(4);
    for (const [at, up] of places)
      expect(at! >= 0 && at! <= width && up! >= 0 && up! <= line).toBe(true);
    expect(places[0]![1]).toBe(line);
  }
  const [text = ''] = /<text[^>]*>/.exec(html)!;
  expect(attribute(text, 'y')).toBeGreaterThan(line);
  expect(attribute(text, 'y')).toBeLessThan(height);
  const [cursor = ''] = /<line class="cursor"[^>]*>/.exec(html)!;
  expect(attribute(cursor, 'y2')).toBeGreaterThan(line);
  expect(attribute(cursor, 'x2')).toBe(attribute(cursor, 'x1'));
});
