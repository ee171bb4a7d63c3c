// The tab Split: each number in the row of what it is of, in the words of what it is by.
import '../../support/navigator';
import { expect, test } from 'vitest';
import type { SplitView } from '../../../src/protocol/split';
import { splitTab } from '../../../webview/tabs/split';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';
import { asked, piece } from '../../support/tabText';

const split: SplitView = {
  utf16Start: 4,
  utf16End: 7,
  byteStart: 4,
  byteEnd: 7,
  symbols: [piece(1, 'a'), piece(2, 'b'), piece(3, 'c')],
  steps: [{ at: 1, rank: 17, piece: piece(9, 'bc') }],
  rankIs: 'the merge’s place in the list',
  note: '',
  tokens: [piece(1, 'a'), piece(9, 'bc')],
  token: 1,
  continuations: [
    { text: '', origin: 'end', tokens: [piece(1, 'a'), piece(9, 'bc')], kept: 2 },
    { text: 'd', origin: 'text', tokens: [piece(1, 'a'), piece(4, 'bcd')], kept: 1 },
    { text: ' ', origin: 'typed', tokens: [piece(1, 'a'), piece(9, 'bc'), piece(5, ' ')], kept: 2 },
  ],
};

test('Split: the merges with their ranks, and what one more character changes', () => {
  const page = fakePage();
  const found = shown(splitTab.template(page, split));
  expect(found.text.split('\n')).toEqual([
    'Why abc is 2 tokens bytes 4–7: 61 62 63',
    'step | merges | rank | pieces after the step',
    '| 3 symbols | | a | b | c',
    '1 | b + c | 17 | a | bc (at the cursor)',
    'Each step merges the adjacent pair with the lowest rank, the leftmost one if several are equal. The rank is the merge’s place in the list. No adjacent pair of the last row has a merge.',
    'Model: coder',
    'What one more character would change',
    'Or type a text of your own:',
    'followed by | tokens | split',
    'nothing | abc |',
    'd in the text | abcd | changes',
    '· yours | abc· | stays',
  ]);
  expect(found.html).toMatch(/<td colspan="2" class="piece merged current">/);
  expect(found.html).toMatch(/piece merged">bcd/);
  expect(asked(page, found, 'input', { target: { value: 'x' } })).toEqual([
    ['change', [{ typed: 'x' }, undefined]],
  ]);
});

test('Split: says why there are no merges, and of one token nothing of the cursor', () => {
  const none = {
    ...split,
    symbols: [],
    steps: [],
    note: 'It is an added token.',
    continuations: [],
  };
  const page = fakePage();
  const lines = shown(
    splitTab.template(page, { ...none, tokens: [piece(5, 'abc')], token: 0 }),
  ).text;
  expect(lines).toBe('Why abc is 1 token bytes 4–7: 61 62 63\nIt is an added token.\nModel: coder');
  const one = { ...split, symbols: [piece(1, 'a')], steps: [], tokens: [piece(1, 'a')], token: 0 };
  const { text } = shown(splitTab.template(page, one));
  expect(text).toContain('\n| 1 symbol | | a\n');
  expect(text).toContain(' No adjacent pair has a merge.\n');
  expect(text).not.toContain('at the cursor');
  expect(shown(splitTab.template(page, null)).text).toMatch(/^Place the cursor/);
});

test('Split: each piece stands below the pieces that it was merged from', () => {
  const four = {
    ...split,
    symbols: [piece(1, 'a'), piece(2, 'b'), piece(3, 'c'), piece(4, 'd')],
    steps: [
      { at: 2, rank: 3, piece: piece(8, 'cd') },
      { at: 0, rank: 17, piece: piece(9, 'ab') },
      { at: 0, rank: 20, piece: piece(10, 'abcd') },
    ],
    tokens: [piece(10, 'abcd'), piece(11, 'e')],
    token: 0,
  };
  const { html, text } = shown(splitTab.template(fakePage(), four));
  const rows = [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/colspan="(\d)" class="piece ([^"]*)"/g)].map(([, width, kind]) => [
      Number(width),
      kind!.trim(),
    ]),
  );
  expect(rows.slice(1, 5)).toEqual([
    [1, 1, 1, 1].map(width => [width, '']),
    [
      [1, ''],
      [1, ''],
      [2, 'merged'],
    ],
    [
      [2, 'merged'],
      [2, ''],
    ],
    [[4, 'merged current']],
  ]);
  expect(text).toContain('\n2 | a + b | 17 | ab | cd\n3 | ab + cd | 20 | abcd (at the cursor)\n');
  expect(html).toContain('colspan="4">pieces after the step');
});

test('Split: a continuation that keeps all tokens stays, and its own tokens are marked', () => {
  const { html, text } = shown(splitTab.template(fakePage({}, { typed: 'x"y' }), split));
  const [changed = '', stays = ''] = html.split('<th scope="row">').slice(-2);
  expect(changed.match(/class="piece (\w*)"/g)).toEqual(['class="piece "', 'class="piece merged"']);
  expect(stays.match(/class="piece (\w*)"/g)!.slice(0, 2)).toEqual([
    'class="piece "',
    'class="piece "',
  ]);
  expect(html).toContain('<strong>changes</strong>');
  expect(html).toContain('value="x&#34;y"');
  const telling = { ...split.continuations[1]!, origin: 'telling' as const, text: 's' };
  const { text: own } = shown(
    splitTab.template(fakePage(), { ...split, continuations: [split.continuations[0]!, telling] }),
  );
  expect(own).toContain('\ns | abcd | changes');
  expect(text).toContain('nothing | abc |');
});
