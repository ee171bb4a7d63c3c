// The tab Rollouts: each number in the row of what it is of, in the words of what it is by.
import '../../support/navigator';
import { expect, test } from 'vitest';
import type { CurveState } from '../../../src/protocol/page';
import { rolloutsTab } from '../../../webview/tabs/rollouts';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';
import { asked, linesOf } from '../../support/tabText';

const point = (token: number, right: number, rollouts = 32, answers: [string, number][] = []) => ({
  token,
  right,
  rollouts,
  utf16: 10 + token,
  answers: answers.map(([text, count]) => ({ text, count })),
});
const curve: CurveState = {
  uri: 'file:///t',
  version: 1,
  view: {
    points: [
      point(-1, 16, 32, [
        ['4', 16],
        ['5', 8],
        ['6', 4],
        ['7', 4],
      ]),
      point(0, 24),
      point(9, 0),
    ],
    falls: [
      {
        utf16Start: 18,
        utf16End: 19,
        token: 9,
        kind: 'critical',
        before: point(0, 24),
        after: point(9, 0),
      },
    ],
    target: '4',
    isSuccess: true,
    problem: null,
    model: 'reasoner',
    ms: 100,
  },
  before: ['', 'x ', 'long\n'],
};

test('Rollouts: shares with their intervals, point by point, by the model that rolled out', () => {
  const page = fakePage({ model: 'coder' });
  const found = shown(rolloutsTab.template(page, curve));
  expect(found.text).toMatch(
    /^T3, rollouts by reasoner: the share of right answers after 3 prefixes, .*; 1 critical\. /,
  );
  expect(linesOf(rolloutsTab.template(page, curve), /^(start|\d+) \|/)).toEqual([
    'start | | 50 % | 34–66 % | | 4 (16), 5 (8), 6 (4)',
    '0 | x· | 75 % | 58–87 % | |',
    '9 | long↵ | 0 % | 0–11 % | critical |',
  ]);
  expect([...found.html.matchAll(/<title>([^<]*)<\/title>/g)].map(([, words]) => words)).toEqual([
    '16 of 32 right before the trace',
    '24 of 32 right after token 0',
    '0 of 32 right after token 9',
    'critical',
  ]);
  // Between 0 and 9 nothing is known.
  expect([...found.html.matchAll(/<line class="(share[^"]*)"/g)].map(([, own]) => own)).toEqual([
    'share',
    'share gap',
  ]);
  const at = (utf16: number) => ({
    uri: 'file:///t',
    version: 1,
    utf16Start: utf16,
    utf16End: utf16,
    goThere: false,
  });
  expect(asked(page, { ...found, listeners: found.listeners.slice(0, 3) }, 'click')).toEqual([
    ['select', at(9)],
    ['select', at(10)],
    ['select', at(19)],
  ]);
});

test('Rollouts: says what the shares are of, and that they say nothing', () => {
  const text = (changes: Partial<NonNullable<CurveState['view']>>) =>
    shown(rolloutsTab.template(fakePage(), { ...curve, view: { ...curve.view!, ...changes } }))
      .text;
  expect(text({ isSuccess: false })).toContain('the share of agreement with 4 after');
  expect(text({ isSuccess: false, target: null })).toContain(
    'the share of agreement with no answer',
  );
  expect(text({ falls: [] })).toContain('intervals; no drop.');
  const [fall] = curve.view!.falls;
  const falls = (['pivotal', 'cliff', 'cliff'] as const).map(kind => ({ ...fall!, kind }));
  expect(text({ falls })).toContain('; 2 cliff, 1 pivotal.');
  const problem = text({ problem: 'no rollout had an answer' });
  expect(problem).toMatch(/^T3, rollouts by reasoner: no rollout had an answer\.\n/);
  expect(problem).toContain('0 | x· | – | – |');
  expect(problem).not.toMatch(/^(start|\d).*\d %/m);
  const page = fakePage();
  const none = shown(rolloutsTab.template(page, { ...curve, view: null }));
  expect(none.text).toMatch(/^This trace has not been rolled out with the current model/);
  expect(asked(page, none, 'click')).toEqual(['rollOut']);
  const empty = { ...curve, view: { ...curve.view!, points: [] } };
  expect(shown(rolloutsTab.template(page, empty)).text).toMatch(/^This trace has not been/);
  const closed = shown(rolloutsTab.template(page, null));
  expect(asked(page, closed, 'click')).toEqual(['openTraces']);
});
