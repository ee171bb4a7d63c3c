// Trees of drafts, beside every path of ranks.
import { expect, test } from 'vitest';
import { RecycledDrafts, type TreeShape } from '../../../src/core/completion/recycledDrafts';
import { TokenCandidates } from '../../../src/core/completion/tokenCandidates';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

/** All paths of up to three ranks, breadth first. */
const RANKS = [0, 1, 2];
const ALL: TreeShape = [
  ...RANKS.map(a => [a]),
  ...RANKS.flatMap(a => RANKS.map(b => [a, b])),
  ...RANKS.flatMap(a => RANKS.flatMap(b => RANKS.map(c => [a, b, c]))),
];

function randomCandidates(random: () => number): TokenCandidates {
  const candidates = new TokenCandidates(() => true, 3);
  for (let token = 0; token < 6; token++) {
    if (random() < 0.3) continue;
    const scores = Float32Array.from({ length: 6 }, () => (random() < 0.5 ? -Infinity : random()));
    candidates.remember(token, scores);
  }
  return candidates;
}

/** The token at a path of ranks, or none. */
function naive(candidates: TokenCandidates, last: number, ranks: readonly number[]) {
  let token: number | undefined = last;
  const path: number[] = [];
  for (const rank of ranks) {
    token = token === undefined ? undefined : candidates.after(token)[rank];
    if (token !== undefined) path.push(token);
  }
  return path.length === ranks.length ? path : [];
}

test('a draft is what follows the candidates of the candidates, by the ranks of the shape', () => {
  const random = randomOf(seedOr(3));
  let drafted = 0;
  for (let round = 0; round < 300; round++) {
    const candidates = randomCandidates(random);
    const written = Array.from({ length: Math.floor(random() * 3) }, () =>
      Math.floor(random() * 6),
    );
    const before = Math.floor(random() * 6);
    // Some nodes of the tree with all that is above them.
    const chosen = ALL.filter(() => random() < 0.2);
    const shape = ALL.filter(ranks => chosen.some(one => one.join().startsWith(ranks.join())));
    const drafts = new RecycledDrafts(candidates, before, shape).draftsAfter(written);
    const last = written.at(-1) ?? before;
    const expected = shape.map(ranks => naive(candidates, last, ranks));
    expect(drafts).toEqual(expected.filter(path => path.length > 0));
    drafted += drafts.length;
  }
  expect(drafted).toBeGreaterThan(300);
});

test('nothing is drafted after nothing, or after what was not seen', () => {
  const candidates = new TokenCandidates(() => true);
  expect(new RecycledDrafts(candidates, undefined).draftsAfter([])).toEqual([]);
  expect(new RecycledDrafts(candidates, 1).draftsAfter([])).toEqual([]);
});
