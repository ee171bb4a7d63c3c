// The tab Rollouts: each number in the row of what it is of, in the words of what it is by.
import '../../support/navigator';
import { expect, test } from 'vitest';
import type { CurveState } from '../../../src/protocol/page';
import { rolloutsTab } from '../../../webview/tabs/rollouts';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';
import { asked, chosen, linesOf } from '../../support/tabText';

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

test('Rollouts: a point is gone to from the table, by mouse and by keys', () => {
  const page = fakePage();
  const { listeners, ...found } = shown(rolloutsTab.template(page, curve));
  const isOfPoint = (i: number) => i < curve.view!.points.length;
  const table = { ...found, listeners: listeners.filter((_, i) => !isOfPoint(i)) };
  const place = { uri: 'file:///t', version: 1, utf16Start: 10, utf16End: 10 };
  const go = (goThere: boolean) => [['select', { ...place, goThere }]];
  expect(chosen(page, table, 'p1')).toEqual([go(false), go(false), go(true)]);
});

/** The picture of a curve, in pixels. */
function pictureOf(view: Partial<NonNullable<CurveState['view']>>) {
  const whole = { ...curve.view!, falls: [], ...view };
  const before = whole.points.map(() => '');
  const { html } = shown(rolloutsTab.template(fakePage(), { ...curve, view: whole, before }));
  const numbers = (markup: string, ...names: string[]) =>
    names.map(name => Number(new RegExp(`\\s${name}="([^"]*)"`).exec(markup)![1]));
  const all = (tag: RegExp) => [...html.matchAll(tag)].map(([markup]) => markup);
  const [polygon = ''] = /<polygon[^>]*>/.exec(html)!;
  return {
    html,
    width: numbers(/<svg[^>]*>/.exec(html)![0], 'width')[0]!,
    height: numbers(/<svg[^>]*>/.exec(html)![0], 'height')[0]!,
    dots: all(/<circle[^>]*>/g).map(markup => numbers(markup, 'cx', 'cy')),
    lines: all(/<line class="share[^>]*>/g).map(markup => numbers(markup, 'x1', 'y1', 'x2', 'y2')),
    grid: all(/<line class="grid"[^>]*>/g).map(markup => numbers(markup, 'x1', 'y1', 'x2', 'y2')),
    interval: /points="([^"]*)"/
      .exec(polygon)![1]!
      .split(' ')
      .map(at => at.split(',').map(Number)),
    marks: [...html.matchAll(/<path class="mark (\w+)" d="M (\S+) (\S+) (.*?)"/g)].map(
      ([, kind, x, y, shape]) => ({ kind, x: Number(x), y: Number(y), shape: shape!.trim() }),
    ),
  };
}

test('Rollouts: the curve is drawn to scale, from its points, inside of the picture', () => {
  const points = [point(-1, 0), point(0, 8), point(1, 32), point(2, 16)];
  const { dots, lines, grid, interval, width, height } = pictureOf({ points });
  const [zero, half, one] = grid.map(([, y]) => y!);
  // 100 % is above 0 %, and 50 % in the middle.
  expect(one).toBeLessThan(zero!);
  expect(half).toBe((zero! + one!) / 2);
  const yOf = (share: number) => zero! + share * (one! - zero!);
  expect(dots.map(([, y]) => y)).toEqual([0, 0.25, 1, 0.5].map(yOf));
  // A token is as wide as every other one.
  const steps = dots.slice(1).map(([x], i) => x! - dots[i]![0]!);
  expect(new Set(steps).size).toBe(1);
  expect(lines).toEqual(dots.slice(1).map((dot, i) => [...dots[i]!, ...dot]));
  // Along the upper ends and back along the lower ones, each point between its own.
  const [uppers, lowers] = [interval.slice(0, 4), interval.slice(4).reverse()];
  dots.forEach(([x, y], i) => {
    expect([uppers[i]![0], lowers[i]![0]]).toEqual([x, x]);
    expect(uppers[i]![1]!).toBeLessThanOrEqual(y! + 1e-9);
    expect(lowers[i]![1]!).toBeGreaterThanOrEqual(y! - 1e-9);
    expect(lowers[i]![1]! - uppers[i]![1]!).toBeGreaterThan(1);
  });
  for (const [x, y] of [...dots, ...interval]) {
    expect(x! > 0 && x! < width).toBe(true);
    expect(y! > 0 && y! < height).toBe(true);
  }
  for (const [x1, y1, x2, y2] of grid) expect([y1, x2, x1! > 0]).toEqual([y2, width, true]);
});

test('Rollouts: a short trace is drawn wide, a long one narrow, and one between as wide as the page', () => {
  const stepOf = (last: number) => {
    const { dots, width } = pictureOf({ points: [point(-1, 1), point(last, 1)] });
    const step = (dots[1]![0]! - dots[0]![0]!) / (last + 1);
    return [step, width > dots[1]![0]!];
  };
  expect([stepOf(3), stepOf(9_999)]).toEqual([
    [18, true],
    [4, true],
  ]);
  const [step] = stepOf(98);
  expect(step).toBe(8);
});

test('Rollouts: each drop has the shape of its kind, below its token', () => {
  const [fall] = curve.view!.falls;
  const kinds = ['critical', 'cliff', 'pivotal'] as const;
  const points = [point(-1, 1), point(0, 1), point(1, 1), point(2, 1)];
  const falls = kinds.map((kind, token) => ({ ...fall!, kind, token }));
  const { marks, dots, grid, html } = pictureOf({ points, falls });
  expect(marks.map(({ kind }) => kind)).toEqual(kinds);
  expect(marks.map(({ x }) => x)).toEqual(dots.slice(1).map(([x]) => x));
  const [triangle, ...diamonds] = marks.map(({ shape }) => shape);
  expect(triangle).toMatch(/^l \S+ \S+ h \S+ z$/);
  for (const diamond of diamonds) expect(diamond).toMatch(/^l (\S+ \S+ l ){2}\S+ \S+ z$/);
  for (const { y } of marks) expect(y).toBeLessThan(grid[0]![1]!);
  expect(html).toContain('>token 0</text>');
  expect(html).toContain('text-anchor="end">2</text>');
});
