// Falls of the success curve compared with the rules of training, and what bisection finds of whole curves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  areApart,
  cliffClass,
  cliffs,
  criticalToken,
  nextPrefix,
  pivotal,
  recoversAfter,
  shareInterval,
  type CurvePoint,
} from '../../../src/core/traces/successCurve';
import { golden } from '../../support/paths';

const file = JSON.parse(readFileSync(join(golden, 'reasoning/traces.json'), 'utf8')) as {
  rollouts: number;
  traces: { critical?: number | null; successes?: number[] }[];
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
    // So few right ones are no recovery.
    expect(recoversAfter(pointsOf([40, 30, 0, 3, 0]), 1)).toBe(false);
    expect(recoversAfter(pointsOf([40, 30, 0, 4, 0]), 1)).toBe(true);
    expect(recoversAfter(pointsOf([40, 30, 0, 4, 0]), 2)).toBe(false);
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

  test('has cliffs of three classes, by the gap first and the entropy then', () => {
    expect(cliffClass(0.01, 5)).toBe('sampled off');
    expect(cliffClass(0.01, 0)).toBe('sampled off');
    expect(cliffClass(0, Math.LN2 + 0.01)).toBe('uncertain');
    expect(cliffClass(0, Math.LN2)).toBe('deterministic');
    expect(cliffClass(0, 0)).toBe('deterministic');
  });

  test('is asked for beside a fall: two tokens before it, one after it, none beyond the ends', () => {
    const known = (...shares: [token: number, right: number][]): CurvePoint[] =>
      shares.map(([token, right]) => ({ token, right, rollouts: 10 }));
    // Their intervals overlap, so that only the change by a fifth asks for more.
    const fall = known([-1, 6], [4, 6], [5, 3], [9, 3]);
    expect(nextPrefix(fall, 9, false)).toBe(3);
    expect(nextPrefix([...fall, ...known([3, 6])], 9, false)).toBe(6);
    expect(nextPrefix([...fall, ...known([3, 6], [6, 3])], 9, false)).toBeUndefined();
    // Both neighbours of these are an end, or beyond one.
    expect(nextPrefix(known([-1, 6], [0, 3], [1, 3]), 1, false)).toBeUndefined();
    expect(nextPrefix(known([-1, 6], [8, 6], [9, 3], [7, 6]), 9, false)).toBeUndefined();
    expect(nextPrefix(known([-1, 6], [0, 3], [9, 3]), 9, false)).toBe(1);
  });

  test('is asked for before its first zero, until the token before that is known', () => {
    const points = (...tokens: number[]): CurvePoint[] =>
      tokens.map(token => ({ token, rollouts: 4, right: token < 5 ? 1 : 0 }));
    expect(nextPrefix(points(-1, 9), 9, false)).toBe(4);
    expect(nextPrefix(points(-1, 4, 9), 9, false)).toBe(6);
    expect(nextPrefix(points(-1, 4, 6, 9), 9, false)).toBe(5);
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
