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
