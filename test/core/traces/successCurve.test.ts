// Falls of the success curve compared with the rules of training, and what bisection finds of whole curves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { finalAnswer, isSameAnswer } from '../../../src/core/traces/answers';
import {
  areApart,
  cliffs,
  criticalToken,
  nextPrefix,
  pivotal,
  shareInterval,
  type CurvePoint,
} from '../../../src/core/traces/successCurve';
import { golden } from '../../support/paths';

const file = JSON.parse(readFileSync(join(golden, 'reasoning/traces.json'), 'utf8')) as {
  rollouts: number;
  traces: { answer: number; trace: string; critical?: number | null; successes?: number[] }[];
};
const curves = file.traces.flatMap(({ successes, critical }) =>
  successes ? [{ critical, points: pointsOf(successes) }] : [],
);

function pointsOf(successes: readonly number[], rollouts = file.rollouts): CurvePoint[] {
  return successes.map((right, i) => ({ token: i - 1, right, rollouts }));
}

describe('a curve of rollouts', () => {
  test('has the critical token that training found', () => {
    expect(curves.length).toBeGreaterThan(5);
    for (const { points, critical } of curves)
      expect(criticalToken(points)).toBe(critical ?? undefined);
  });

  test('that recovers has the last token from which it recovered', () => {
    const critical = (...successes: number[]) => criticalToken(pointsOf([40, ...successes]));
    expect(critical(30, 0, 0, 3, 0)).toBe(1);
    expect(critical(0, 4, 30, 0, 1)).toBe(3);
    expect(critical(30, 0, 4, 4)).toBe(1);
    expect(critical(30, 20)).toBeUndefined();
  });

  test('has a cliff where the share falls by more than chance, by the test of two proportions', () => {
    const found = cliffs(pointsOf([40, 38, 10, 9, 0]));
    expect(found.map(({ token }) => token)).toEqual([1]);
    expect(pivotal(pointsOf([40, 38, 10, 30, 0])).map(({ token }) => token)).toEqual([1, 2, 3]);
    // There is none between tokens with unknown ones between them.
    expect(cliffs([pointsOf([40])[0]!, { token: 3, right: 0, rollouts: 64 }])).toEqual([]);
  });

  test('has intervals that contain the share, and are apart if the difference is not chance', () => {
    expect(shareInterval({ right: 5, rollouts: 20 }).map(x => x.toFixed(4))).toEqual([
      '0.1119',
      '0.4687',
    ]);
    expect(shareInterval({ right: 0, rollouts: 0 })).toEqual([0, 1]);
    const [low, high] = shareInterval({ right: 0, rollouts: 64 });
    expect([low, high.toFixed(4)]).toEqual([0, '0.0566']);
    const [a, b] = pointsOf([40, 0]);
    expect(areApart(a!, b!)).toBe(true);
    expect(areApart(a!, a!)).toBe(false);
  });

  test('is bisected to its fall with a fraction of the rollouts', () => {
    let asked = 0;
    let all = 0;
    let same = 0;
    for (const { points } of curves) {
      const last = points.at(-1)!.token;
      const known: CurvePoint[] = [];
      for (;;) {
        const token = nextPrefix(known, last, false);
        if (token === undefined) break;
        expect(known.some(point => point.token === token)).toBe(false);
        known.push(points[token + 1]!);
        expect(known.length).toBeLessThanOrEqual(points.length);
      }
      asked += known.length;
      all += points.length;
      const sorted = known.sort((x, y) => x.token - y.token);
      if (criticalToken(sorted) === criticalToken(points)) same++;
      const rest = [...known];
      for (let token; (token = nextPrefix(rest, last, true)) !== undefined;)
        rest.push(points[token + 1]!);
      expect(rest.length).toBe(points.length);
    }
    expect(asked / all).toBeLessThan(0.35);
    expect(same / curves.length).toBeGreaterThan(0.6);
  });
});

describe('an answer', () => {
  test.each([
    ['So 6*7.\n#### 42', '42'],
    ['#### 1\nno\n#### $1,234.50 ', '$1,234.50'],
    ['thus \\boxed{\\frac{1}{2}} and \\boxed{x^{2}}', 'x^{2}'],
    ['The answer is **12 apples**.', '12 apples'],
    ['The answer is $42$.', '$42$'],
    ['The answer is 42 because it fits. ok', '42'],
    ['The final answer is (B)', '(B)'],
    ['A: 18', '18'],
    ['no answer', undefined],
  ])('of %j is %j', (text, answer) => expect(finalAnswer(text)).toBe(answer));

  test('may be found by a pattern', () => {
    const rule = { kind: 'pattern', pattern: 'x = (\\d+)' } as const;
    expect(finalAnswer('x = 1, x = 23', rule)).toBe('23');
    expect(finalAnswer('y', rule)).toBeUndefined();
  });

  test.each([
    ['42', '42.0', true],
    ['$1,234', '1234', true],
    ['12 apples', '12', true],
    ['1/2', '0.5', false],
    ['Yes.', ' yes', true],
    ['−3', '-3', true],
    ['4', '5', false],
    ['', '0', false],
    ['$42$', '42', true],
    ['(B)', 'B', true],
    ['.5', '0.50', true],
    ['1e3', '1,000', true],
    ['\\frac{1}{2}', '1/2', true],
    ['10 m', '10 km', false],
    ['10 m', '10', true],
  ])('%j beside %j: %j', (one, other, same) => expect(isSameAnswer(one, other)).toBe(same));

  test('is found in every golden trace, all of which are wrong', () => {
    for (const { trace, answer } of file.traces) {
      const found = finalAnswer(trace);
      expect(found).toBeDefined();
      expect(isSameAnswer(found!, String(answer))).toBe(false);
    }
  });
});
