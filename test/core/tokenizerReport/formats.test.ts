// One report in every form: what is a number is read the same everywhere, and what is text is never markup or a formula.
import { expect, test } from 'vitest';
import { formatCell } from '../../../src/core/tokenizerReport/formats/cells';
import { curveSvg } from '../../../src/core/tokenizerReport/formats/curveSvg';
import { exportedHtml } from '../../../src/core/tokenizerReport/formats/exportedHtml';
import { reportCsv } from '../../../src/core/tokenizerReport/formats/reportCsv';
import { reportHtml } from '../../../src/core/tokenizerReport/formats/reportHtml';
import { reportLines } from '../../../src/core/tokenizerReport/formats/reportText';
import type { Block, Curve, Report, Row } from '../../../src/core/tokenizerReport/report';

const EVIL = '<img src=x onerror=alert(1)>"\u202e';
const place = { path: EVIL, utf16Start: 1, utf16End: 2 };
const curve: Curve = {
  kind: 'curve',
  title: 'Length',
  meaning: 'It falls.',
  x: { title: 'merges', format: 'count' },
  y: { title: 'tokens', format: 'count' },
  xs: [0, 5, 10],
  lines: [
    { name: 'first', ys: [1000, 500, 250] },
    { name: EVIL, ys: [800, 400, NaN] },
  ],
};
const table = (rows: readonly Row[], total?: number): Block => ({
  kind: 'table',
  title: 'Terms',
  meaning: 'Pieces of each.',
  columns: [
    { title: 'Term', format: 'text' },
    { title: 'Pieces', format: 'count', hasBar: true },
    { title: 'Share', format: 'share' },
  ],
  rows,
  ...(total !== undefined && { total }),
});

const reportOf = (blocks: readonly Block[], missing = ''): Report => ({
  tokenizers: [{ name: EVIL, kind: 'BPE', vocabSize: 50257 }],
  source: EVIL,
  files: 2,
  bytes: 1_300_000,
  skipped: [{ path: EVIL, reason: 'not UTF-8 text' }],
  sections: [
    {
      id: 'terms',
      title: 'Terms & more',
      question: 'How?',
      follows: 'K-Tokeniser (2024)',
      notClaimed: 'Nothing else.',
      blocks,
      missing,
    },
  ],
});

test.each([
  [1234567, 'count', '1,234,567'],
  [0.123456, 'share', '12.3 %'],
  [0.00012, 'share', '0.01 %'],
  [0, 'share', '0.0 %'],
  [-0.05, 'signedShare', '−5.0 %'],
  [1.005, 'rate', '1.00'],
  [0.00123, 'money', '0.0012'],
  [12, 'money', '12.00'],
  [NaN, 'rate', '–'],
  [null, 'count', '–'],
  ['a b', 'text', 'a b'],
] as const)('%j as %s reads %s', (cell, format, words) => {
  expect(formatCell(cell, format)).toBe(words);
});

test('text of a report is never markup, and hidden characters are spelled', () => {
  const report = reportOf([table([{ cells: [EVIL, 3, 0.5], place }]), curve]);
  for (const html of [reportHtml(report), exportedHtml(report, 'p { color: red }')]) {
    expect(html).not.toContain('<img');
    expect(html).not.toContain('\u202e');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;⟨U+202E⟩');
    expect(html).toContain('Terms &amp; more');
  }
  expect([...reportLines(report)].join('\n')).not.toContain('\u202e');
});

test('a row with a place is a button with its numbers, in the page alone', () => {
  const report = reportOf([curve, table([{ cells: ['a', 1, 0] }, { cells: ['b', 2, 0], place }])]);
  expect(reportHtml(report).match(/<button[^>]*>/g)).toEqual([
    '<button class="place" data-at="0.1.1">',
  ]);
  expect(exportedHtml(report, '')).not.toContain('<button');
});

test('bars are shares of the longest, and the number stands beside them', () => {
  const html = reportHtml(
    reportOf([
      table([{ cells: ['a', 50, 0] }, { cells: ['b', 200, 0] }, { cells: ['c', null, 0] }]),
    ]),
  );
  expect(html.match(/<rect width="\d+"/g)).toEqual([
    '<rect width="25"',
    '<rect width="100"',
    '<rect width="0"',
  ]);
  expect(html).toContain('data-value="200"');
});

test('a long table says how many rows there are', () => {
  const rows = Array.from({ length: 600 }, (_, i) => ({ cells: [`t${i}`, i, 0] }));
  const report = reportOf([table(rows, 1234)]);
  expect(reportHtml(report).match(/<tr>/g)).toHaveLength(1 + 500 + 2);
  expect(reportHtml(report)).toContain('The first 500 of 1,234.');
  const lines = [...reportLines(report)];
  expect(lines).toContain('The first 20 of 1,234.');
  expect(lines.filter(line => /^t\d+ /.test(line))).toHaveLength(20);
  expect(
    reportCsv(report)
      .split('\r\n')
      .filter(line => /^t\d+,/.test(line)),
  ).toHaveLength(600);
});

test('a curve is drawn from left to right and from 0, and said in words', () => {
  const svg = curveSvg(curve);
  const [first, second] = [...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) =>
    points!.split(' ').map(point => point.split(',').map(Number) as [number, number]),
  );
  expect(first!.map(([x]) => x)).toEqual([70, 347, 624]);
  // 1000 at the top, 250 a quarter above the axis.
  expect(first!.map(([, y]) => y)).toEqual([12, 96, 138]);
  expect(second).toHaveLength(2);
  expect(svg).toContain('Length. merges from 0 to 10: first from 1,000 to 250');
  expect(curveSvg({ ...curve, xs: [3], lines: [{ name: 'one', ys: [0] }] })).not.toContain('NaN');
});

test('a curve of many values is drawn with the points that can be told apart', () => {
  const xs = Array.from({ length: 300_000 }, (_, i) => i);
  const svg = curveSvg({ ...curve, xs, lines: [{ name: 'saved', ys: xs.map(x => 2 * x) }] });
  const points = /points="([^"]*)"/.exec(svg)![1]!.split(' ');
  expect([points[0], points.at(-1)]).toEqual(['70.0,180.0', '624.0,12.0']);
  expect(points.length).toBeGreaterThan(554);
  expect(new Set(points).size).toBe(points.length);
});

test('a terminal prints sections with their numbers, or why there are none', () => {
  const lines = [...reportLines(reportOf([table([{ cells: ['term', 3, 0.5] }]), curve]))];
  expect(lines[0]).toMatch(/: 2 files, 1.3 MB$/);
  expect(lines).toContain('TERMS & MORE');
  expect(lines).toContain('Term  Pieces   Share');
  expect(lines).toContain('term       3  50.0 %');
  expect(lines.some(line => /^ +10 +250 +–$/.test(line))).toBe(true);
  expect(lines).toContain('Follows K-Tokeniser (2024). Nothing else.');
  const none = [...reportLines(reportOf([], 'There are no merges.'))];
  expect(none).toContain('There are no merges.');
  expect(none.join()).not.toContain('Follows');
});

test('values for a spreadsheet are quoted, numbers are whole, and a formula is text', () => {
  const rows = [{ cells: ['=1+1', 1 / 3, null] }, { cells: ['a,"b"\n', 2, 1e-7] }];
  expect(reportCsv(reportOf([table(rows), { ...curve, lines: [curve.lines[0]!] }]))).toBe(
    [
      'Terms & more,Terms',
      'Term,Pieces,Share',
      `'=1+1,0.3333333333333333,`,
      '"a,""b""\n",2,1e-7',
      '',
      'Terms & more,Length',
      'merges,first',
      '0,1000',
      '5,500',
      '10,250',
      '',
      '',
    ].join('\r\n'),
  );
});
