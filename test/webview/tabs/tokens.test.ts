// The tabs that show tokens: each number beside the token that it is of.
import '../../support/navigator';
import { expect, test } from 'vitest';
import type { VisibleTokens } from '../../../src/protocol/page';
import type { TokenView } from '../../../src/protocol/scores';
import { lenses, lensIds } from '../../../src/core/lenses/lenses';
import { tableTab } from '../../../webview/tabs/table';
import { textTab } from '../../../webview/tabs/text';
import { tokenTab } from '../../../webview/tabs/token';
import { heatClass, selectToken, tokenRows } from '../../../webview/parts/tokenRows';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';
import { chosen } from '../../support/tabText';
import { tokenView, type TokenRow } from '../../support/tokenViews';

const TOP = [
  [5, ' c', 0.5],
  [6, ' b', 2],
] as const;
const ROWS: readonly TokenRow[] = [
  { token: 'a', id: 1 },
  { token: ' b', id: 6, bits: 2, entropyBits: 1.5, rank: 2, context: 1, top: TOP },
  { token: '\n', id: 7, bits: 8, entropyBits: 3, rank: 40, context: 2, top: TOP },
  { token: 'd', id: 8, bits: 1, entropyBits: 0.5, rank: 1, context: 3, top: TOP },
];
const view = tokenView(ROWS);
const list: VisibleTokens = {
  uri: 'file:///a',
  version: 3,
  visible: 4,
  runs: [{ line: 7, view, second: null }],
};
const rowsOf = (template: unknown, start = /^/) =>
  shown(template)
    .text.split('\n')
    .filter(line => start.test(line));

test('Token: what it is, the lens’s number first, and what the model expected', () => {
  const at = (row: number, changes: Partial<TokenView> = {}) => ({
    ...tokenView([ROWS[row]!], { first: row, total: 4, byteStart: row, utf16Start: row }),
    ...changes,
  });
  const lines = shown(tokenTab.template(fakePage(), at(1))).text.split('\n');
  expect(lines.slice(0, lines.indexOf('Model: coder') + 1)).toEqual([
    'At the cursor src/a.ts',
    'token: ·b',
    'place: index 1 of 4 tokens, from 0',
    'id: 6',
    'bytes: 20 62 at 1–3',
    'probability: 25 %',
    'surprisal: 2.00 bits',
    'rank: 2',
    'entropy: 1.50 bits',
    'context: 1 tokens',
    'What the model expected here',
    'rank | token | | probability | surprisal',
    '1 | ·c | | 70.7 % | 0.50 bits',
    '2 | ·b ✓ | | 25 % | 2.00 bits',
    'Model: coder',
  ]);
  const gap = shown(tokenTab.template(fakePage({ lens: 'gap', firstToken: 2 }), at(1))).text;
  expect(gap).toContain('place: in the question\n');
  expect(gap).toMatch(/at 1–3\ntop-1 gap: 1\.50 bits\nprobability/);
  const bytes = at(1, { byteBits: [Float64Array.of(0.5, 1.25)] });
  expect(shown(tokenTab.template(fakePage(), bytes)).text).toContain(
    'by byte: 0.50 + 1.25 = 1.75 bits\n',
  );
  const one = at(3, { byteBits: [Float64Array.of(0.5)] });
  expect(shown(tokenTab.template(fakePage(), one)).text).toContain('by byte: 0.50 bits\n');
  const unknown = at(1, { byteBits: [Float64Array.of(NaN, 1)] });
  expect(shown(tokenTab.template(fakePage(), unknown)).text).not.toContain('by byte');
  const unscored = shown(tokenTab.template(fakePage(), at(0))).text;
  expect(unscored).toContain('scores: none yet\n');
  expect(unscored).not.toMatch(/expected|probability/);
  expect(shown(tokenTab.template(fakePage(), at(0, { scores: null }))).text).not.toContain(
    'scores',
  );
  for (const none of [null, tokenView([])])
    expect(shown(tokenTab.template(fakePage({ file: '' }), none)).text).toMatch(
      /^At the cursor\nPlace the cursor on a token/,
    );
});

test('Token: the legend of the lens, with buttons to its peaks', () => {
  const page = fakePage({ lens: 'pinned', channels: ['feature 7', 'feature 9'] });
  const { text, html, listeners } = shown(tokenTab.template(page, null));
  expect(text).toMatch(/\nPinned features\n.*\nfeature 7\nfeature 9\nPrevious peak Next peak$/s);
  expect(html).toMatch(/swatch channels2".*feature 7.*swatch channels5".*feature 9/s);
  for (const { listener } of listeners) listener({});
  expect(page.asked).toEqual([
    ['run', 'previousPeak'],
    ['run', 'nextPeak'],
  ]);
  const heat = shown(tokenTab.template(fakePage(), null));
  expect(heat.text).toContain('\nbelow 1 bits\n1 – 2 bits\n');
  expect(heat.html).toMatch(/swatch heat0".*below 1 bits.*swatch heat1".*1 – 2 bits/s);
});

test('Table: a row for each token, with its own numbers, in the order that was chosen', () => {
  const rows = rowsOf(tableTab.template(fakePage({ firstToken: 1 }), list), /^-?\d/);
  const head = shown(tableTab.template(fakePage(), list)).text.split('\n')[0]!;
  expect(head.split(' | ').map(title => title.trim())).toEqual([
    '▲index',
    'token',
    'bytes',
    'id',
    'surprisal bits',
    'entropy bits',
    'varentropy bits²',
    'top-1 gap bits',
    'rank',
  ]);
  expect(rows).toEqual([
    '-1 | a | 61 | 1 | – | – | – | – | –',
    '0 | ·b | 20 62 | 6 | 2.00 | 1.50 | – | 1.50 | 2',
    '1 | ↵ | 0a | 7 | 8.00 | 3.00 | – | 7.50 | 40',
    '2 | d | 64 | 8 | 1.00 | 0.50 | – | 0.50 | 1',
  ]);
  const look = { column: 'lens.surprisal', isDescending: true };
  const sorted = rowsOf(tableTab.template(fakePage({}, look), list), /^\d/);
  expect(sorted.map(row => row[0])).toEqual(['2', '1', '3', '0']);
  const { html } = shown(tableTab.template(fakePage({ lens: 'rank' }, look), list));
  expect([...html.matchAll(/class="chip ([^"]*)"/g)].map(([, own]) => own)).toEqual([
    'heat4',
    'heat1',
    'heat0',
    '',
  ]);
});

test('Table: a title sorts by its column, lenses from the highest, and turns the order round', () => {
  const sort = (i: number, look = {}) => {
    const page = fakePage({}, look);
    const { listeners, html } = shown(tableTab.template(page, list));
    listeners.filter(({ event }) => event === 'click')[i]!.listener({});
    const order = /aria-sort="(\w+)"/.exec(html)?.[1];
    return [order, page.asked[0]![1]];
  };
  expect(sort(0)).toEqual([
    'ascending',
    [{ column: 'index', isDescending: true }, 'Sorted by index, descending'],
  ]);
  expect(sort(1)).toEqual([
    'ascending',
    [{ column: 'token', isDescending: false }, 'Sorted by token, ascending'],
  ]);
  expect(sort(4, { column: 'token', isDescending: true })).toEqual([
    'descending',
    [{ column: 'lens.surprisal', isDescending: true }, 'Sorted by surprisal, descending'],
  ]);
  expect(sort(4, { column: 'lens.surprisal', isDescending: true })[1]).toEqual([
    { column: 'lens.surprisal', isDescending: false },
    'Sorted by surprisal, ascending',
  ]);
  // A column that is not there any more.
  expect(sort(0, { column: 'lens.contrast' })[0]).toBe('ascending');
});

test('Table: the second tokenizer has a column, and rows only where it splits otherwise', () => {
  const second = tokenView([{ token: 'a b' }, { token: '\n' }, { token: 'd' }]);
  const runs = [{ line: 7, view, second }];
  const rows = rowsOf(tableTab.template(fakePage({ second: 'stories' }), { ...list, runs }), /^\d/);
  expect(
    rows.map(row =>
      row
        .split(' |')
        .slice(0, 5)
        .map(cell => cell.trim()),
    ),
  ).toEqual([
    ['0', 'a', '61', '1', 'a·b'],
    ['1', '·b', '20 62', '6', 'a·b'],
    ['2', '↵', '0a', '7', ''],
    ['3', 'd', '64', '8', ''],
  ]);
});

test('Text: the tokens line by line, in their steps, with their numbers for readers', () => {
  const { html, text } = shown(textTab.template(fakePage(), list));
  const chips = [
    ...html.matchAll(/class="chip ([^"]*)"[^>]*data-token="(\d)"[^>]*aria-label="([^"]*)"/g),
  ];
  expect(chips.map(([, own, index, words]) => [own!.trim(), index, words])).toEqual([
    ['', '0', 'a, no score'],
    ['heat2', '1', '·b, 2.00 bits'],
    ['heat5', '2', '↵, 8.00 bits'],
    ['heat1', '3', 'd, 1.00 bits'],
  ]);
  expect([...html.matchAll(/aria-label="(line \d+)"/g)].map(([, words]) => words)).toEqual([
    'line 7',
    'line 8',
  ]);
  expect(text).toMatch(/^7 .*a ?·b ?↵.*\n8 .*d$/s);
  const shades = shown(textTab.template(fakePage({ lens: 'tokens', firstToken: 2 }), list)).html;
  expect(
    [...shades.matchAll(/class="chip (alternate\d)[^>]*aria-label="([^"]*)"/g)].map(
      ([, ...own]) => own,
    ),
  ).toEqual([
    ['alternate0', 'a, index -2'],
    ['alternate1', '·b, index -1'],
    ['alternate0', '↵, index 0'],
    ['alternate1', 'd, index 1'],
  ]);
});

test('Text: the tokens of the second tokenizer stand after the last of a difference', () => {
  const second = tokenView([{ token: 'a b' }, { token: '\n' }, { token: 'd' }]);
  const { html } = shown(
    textTab.template(fakePage({ second: 'stories' }), {
      ...list,
      runs: [{ line: 1, view, second }],
    }),
  );
  expect(html.match(/class="others"/g)).toHaveLength(1);
  expect(html.indexOf('data-token="1"')).toBeLessThan(html.indexOf('class="others"'));
  expect(html.indexOf('class="others"')).toBeLessThan(html.indexOf('data-token="2"'));
  expect(html).toContain('aria-label="·b, 2.00 bits; stories: a·b"');
  expect(html.match(/chip heat2 differs/g)).toHaveLength(1);
});

test('both say which tokens are listed, and that there are none', () => {
  const note = (shared: object, own: VisibleTokens | null) =>
    shown(textTab.note!(fakePage(shared), own)).text;
  expect(note({}, list)).toBe(
    'Visible: 4 of 4 tokens. Space selects, Enter also moves to the editor.',
  );
  expect(note({ second: 'stories' }, { ...list, visible: 9 })).toBe(
    '4 of the 9 visible tokens, around the cursor. Tokens of stories are shown where they differ. Space selects, Enter also moves to the editor.',
  );
  expect(note({}, null)).toMatch(/^Visible: 0 of 0 tokens/);
  for (const tab of [textTab, tableTab])
    for (const none of [null, { ...list, runs: [] }])
      expect(shown(tab.template(fakePage(), none)).text).toBe('No text is visible.');
});

test('a token that is chosen is selected in the version of the text that it is of', () => {
  const page = fakePage();
  const element = (token: string) => ({ dataset: { token } }) as unknown as HTMLElement;
  selectToken(page, list, element('2'), true);
  selectToken(page, list, element('9'), true);
  expect(page.asked).toEqual([
    ['select', { uri: 'file:///a', version: 3, utf16Start: 3, utf16End: 4, goThere: true }],
  ]);
});

test('tokens have the class of their step under every lens, none where nothing is known', () => {
  const rows = tokenRows(list);
  for (const id of lensIds) {
    const lens = lenses[id];
    const classes = rows.map(row => heatClass(lens, row));
    for (const own of classes) expect(own).toMatch(new RegExp(`^(${lens.scale.kind}\\d+)?$`));
    if (lens.needs.length > 0) expect(classes[0]).toBe('');
  }
});

test('a token of the lists is selected by mouse and by keys; Enter goes there', () => {
  const place = { uri: 'file:///a', version: 3, utf16Start: 1, utf16End: 3 };
  const go = (goThere: boolean) => [['select', { ...place, goThere }]];
  for (const tab of [textTab, tableTab]) {
    const page = fakePage();
    const { listeners, ...found } = shown(tab.template(page, list));
    // Not those of the titles that sort.
    const own = listeners.slice(listeners.findIndex(({ event }) => event === 'keydown'));
    expect(chosen(page, { ...found, listeners: own }, '1')).toEqual([
      go(false),
      go(false),
      go(true),
    ]);
    expect(found.html.match(/tabindex="-1"/g)).toHaveLength(ROWS.length);
    expect(found.html.match(/aria-selected="false"/g)).toHaveLength(ROWS.length);
  }
});

test('Table: numbers are aligned with their titles, and the lens colours the tokens', () => {
  const { html } = shown(tableTab.template(fakePage(), list));
  const heads = [...html.matchAll(/<th[^>]*class="(\w*)"/g)].map(([, name]) => name);
  expect(heads.slice(0, 5)).toEqual(['number', '', '', 'number', 'number']);
  const [row = ''] = /<tr tabindex="-1" data-token="1".*?<\/tr>/s.exec(html)!;
  const cells = [...row.matchAll(/<td(?: class="(\w+)")?>/g)].map(([, name]) => name);
  expect(cells.slice(0, 5)).toEqual(['number', undefined, 'bytes', 'number', 'number']);
  expect(row).toContain('class="chip heat2"');
  // Which column it is sorted by is seen at the inner side of its title.
  const titles = (column: string, isDescending = false) =>
    shown(tableTab.template(fakePage({}, { column, isDescending }), list)).text.split('\n')[0]!;
  expect(titles('token')).toMatch(/\btoken ?▲/);
  expect(titles('id', true)).toMatch(/▼ ?id\b/);
});

test('Token: what was expected leaves out what is not known, and marks the token of the text', () => {
  const top = [
    [5, ' c', 0.5],
    [8, ' d', 3],
    [6, ' b', NaN],
  ] as const;
  const two = tokenView([
    { token: ' b', id: 6, bits: 2, entropyBits: 1, rank: 2, top },
    { token: ' d', id: 8, bits: 3, entropyBits: 1, rank: 2, top },
  ]);
  const { text, html } = shown(tokenTab.template(fakePage(), two));
  const rows = text.split('\n').filter(line => /^\d \|/.test(line));
  expect(rows).toEqual([
    '1 | ·c | | 70.7 % | 0.50 bits',
    '2 | ·d | | 12.5 % | 3.00 bits',
    '1 | ·c | | 70.7 % | 0.50 bits',
    '2 | ·d ✓ | | 12.5 % | 3.00 bits',
  ]);
  expect(html.match(/<tr class="actual">/g)).toHaveLength(1);
  expect(html).toMatch(/<meter min="0" max="1" value="0\.70710/);
});
