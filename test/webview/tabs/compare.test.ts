// The tab Compare: each number in the row of what it is of, in the words of what it is by.
import '../../support/navigator';
import { expect, test } from 'vitest';
import type { ComparedText } from '../../../src/protocol/page';
import { compareTab } from '../../../webview/tabs/compare';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';
import { asked, chosen, piece } from '../../support/tabText';

const size = (tokens: number, second?: number) => ({
  tokens,
  bytes: 80,
  characters: 60,
  words: 10,
  ...(second !== undefined && { second }),
});
const compared: ComparedText = {
  uri: 'file:///a',
  version: 3,
  language: 'typescript',
  comparison: {
    document: size(20, 16),
    ranges: { ...size(4, 3), characters: 1, words: 1 },
    differences: 5,
    listed: [
      {
        utf16Start: 4,
        utf16End: 6,
        first: [piece(1, 'a'), piece(2, ' b')],
        second: [piece(7, 'a b')],
      },
    ],
  },
  lines: [12],
  hasSelection: false,
};

test('Compare: counts by each tokenizer, and where they differ', () => {
  const page = fakePage({ second: 'stories' });
  const found = shown(compareTab.template(page, compared));
  const lines = found.text.split('\n');
  expect(lines.slice(0, 5)).toEqual([
    'coder and stories',
    'Document (typescript): 60 characters, 10 words',
    '| tokens | per word | per character | bytes per token',
    'coder | 20 | 2.00 | 0.33 | 4.00',
    'stories | 16 | 1.60 | 0.27 | 5.00',
  ]);
  expect(found.text).not.toContain('Selection');
  expect(found.text).toContain('5 ranges are split differently visible: 1\n');
  expect(found.text).toContain('line | coder | stories\n12 | a·b | a·b');
  expect(found.html).toContain('title="id 7"');
  expect(asked(page, found, 'click')).toEqual([
    'compareWithTokenizer',
    'stopComparing',
    'previousDifference',
    'nextDifference',
  ]);
  const selection = shown(compareTab.template(page, { ...compared, hasSelection: true })).text;
  expect(selection).toContain('Selection: 1 character, 1 word\n');
  expect(selection).toContain('coder | 4 | 4.00 | 4.00 | 20.00\n');
});

test('Compare: says that there is nothing to compare, or no difference', () => {
  const page = fakePage();
  const none = shown(compareTab.template(page, compared));
  expect(none.text).toMatch(/^Choose a second tokenizer/);
  expect(asked(page, none, 'click')).toEqual(['compareWithTokenizer']);
  expect(
    shown(compareTab.template(fakePage({ secondProblem: 'No tokenizer.' }), null)).text,
  ).toMatch(/^No tokenizer\.\n/);
  const two = fakePage({ second: 'stories' });
  expect(shown(compareTab.template(two, null)).text).toBe('There is no text to compare.');
  const same = (differences: number) =>
    shown(
      compareTab.template(two, {
        ...compared,
        comparison: { ...compared.comparison, differences, listed: [] },
      }),
    ).text;
  expect(same(0)).toMatch(
    /0 ranges are split differently.*\nBoth tokenizers split the text in the same way\.$/s,
  );
  expect(same(1)).toMatch(/1 range is split differently.*\nNone of them is visible\.$/s);
});

test('Compare: a difference is gone to, by mouse and by keys', () => {
  const page = fakePage({ second: 'stories' });
  const found = shown(compareTab.template(page, compared));
  expect(found.html).toMatch(/<tr tabindex="-1" data-token="difference 0" aria-selected="false">/);
  const lists = { ...found, listeners: found.listeners.filter(({ event }) => event !== 'click') };
  const click = found.listeners.filter(({ event }) => event === 'click');
  const rowsAlone = { ...lists, listeners: [...lists.listeners, click.at(-1)!] };
  const place = { uri: 'file:///a', version: 3, utf16Start: 4, utf16End: 6 };
  const go = (goThere: boolean) => [['select', { ...place, goThere }]];
  expect(chosen(page, rowsAlone, 'difference 0')).toEqual([go(false), go(false), go(true)]);
  // One that is not listed any more.
  expect(chosen(page, rowsAlone, 'difference 1')).toEqual([[], [], []]);
});
