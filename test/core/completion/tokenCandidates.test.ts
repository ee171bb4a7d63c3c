// What is remembered of rows, beside sorting each whole row.
import { expect, test } from 'vitest';
import { TokenCandidates } from '../../../src/core/completion/tokenCandidates';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const isText = (token: number) => token % 5 !== 3;

test('it has the likeliest of the last row after each token, in their order', () => {
  const random = randomOf(seedOr(1));
  const kept = 3;
  const candidates = new TokenCandidates(isText, kept);
  const last = new Map<number, number[]>();
  for (let round = 0; round < 600; round++) {
    // Far apart, as ids of a large vocabulary.
    const token = Math.floor(random() * 150) * 1747;
    const scores = Float64Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
      // Many are equal, some impossible.
      random() < 0.2 ? -Infinity : Math.floor(random() * 5),
    );
    candidates.remember(token, scores);
    const possible = [...scores.keys()].filter(id => isText(id) && scores[id]! > -Infinity);
    last.set(token, possible.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, kept));
  }
  expect(candidates.size).toBe(last.size);
  for (const [token, expected] of last) expect([...candidates.after(token)]).toEqual(expected);
  expect([...candidates.after(1)]).toEqual([]);
});

test('it keeps eight', () => {
  const candidates = new TokenCandidates(() => true);
  candidates.remember(
    7,
    Float32Array.from({ length: 20 }, (_, id) => id),
  );
  expect([...candidates.after(7)]).toEqual([19, 18, 17, 16, 15, 14, 13, 12]);
});
