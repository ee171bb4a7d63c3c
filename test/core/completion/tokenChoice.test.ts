// Choices of the next token against enumeration of all of them, for random trees, vocabularies and rows, some of which are
// shorter than the vocabulary.
import { expect, test } from 'vitest';
import type { Continuations } from '../../../src/core/completion/continuations';
import {
  END,
  endLogprob,
  likeliestChoices,
  massOfAll,
  sampledChoices,
} from '../../../src/core/completion/tokenChoice';
import { SortedTokens } from '../../../src/core/exactBytes/sortedTokens';
import { seedOr } from '../../support/seed';
import { pick, randomOf, type Random } from '../../support/toys';

const TEXTS = ['a', 'b', 'c', 'ab', 'ba', 'aa', 'bb', 'abc', 'aba', 'aab', 'bab', 'a'];
const tokens = new SortedTokens(TEXTS.keys(), id => Buffer.from(TEXTS[id]!));
/** After the tokens; one of the longer rows' ends is no token of the shorter rows. */
const ENDS = [TEXTS.length, TEXTS.length + 2];

interface Case {
  nodes: { parent: number; token: number; next: Continuations }[];
  heads: { node: number; rest: string }[];
  rows: Float64Array[];
  chooser: { tokens: SortedTokens; ends: readonly number[]; notFirst?: string };
  /** Whether a token or the end may follow a node. */
  allows(node: number, token: number): boolean;
}

function randomCase(random: Random): Case {
  const count = 1 + Math.floor(random() * 4);
  const allowed = Array.from({ length: count }, () =>
    Array.from({ length: TEXTS.length + 1 }, () => random() < 0.7),
  );
  const next = (node: number) =>
    ({
      follower: () => token => allowed[node]![token]!,
      ends: allowed[node]!.at(-1),
    }) as Continuations;
  const nodes = Array.from({ length: count }, (_, node) => {
    const parent = node === 0 ? -1 : Math.floor(random() * node);
    const token = node === 0 ? -1 : Math.floor(random() * (TEXTS.length - 3));
    // A node's token follows its parent.
    if (node > 0) allowed[parent]![token] = true;
    return { parent, token, next: next(node) };
  });
  const rows = nodes.map(() => {
    const length = TEXTS.length + pick(random, [-3, 0, 1, 3]);
    return Float64Array.from({ length }, () => (random() < 0.1 ? -Infinity : -6 * random()));
  });
  const heads = nodes.flatMap((_, node) =>
    random() < 0.7 ? [{ node, rest: pick(random, ['', '', 'a', 'b', 'ab', 'abc', 'c']) }] : [],
  );
  const chooser = { tokens, ends: ENDS };
  return {
    nodes,
    heads,
    rows,
    chooser: random() < 0.5 ? chooser : { ...chooser, notFirst: pick(random, ['a', 'bc', 'cb']) },
    allows: (node, token) => allowed[node]!.at(token === END ? -1 : token)!,
  };
}

const endOf = (row: Float64Array) =>
  Math.log(ENDS.reduce((sum, id) => sum + Math.exp(row[id] ?? -Infinity), 0));
const logprobOf = (row: Float64Array, token: number) =>
  token === END ? endOf(row) : (row[token] ?? -Infinity);
const everyToken = [END, ...TEXTS.keys()];

/** All ways to go on from a head: tokens that are longer than the rest, and the end where nothing is left. */
function allChoices({ nodes, heads, rows, chooser: { notFirst = '' } }: Case, isMass = false) {
  const pathOf = (node: number): number => {
    const { parent, token } = nodes[node]!;
    return parent < 0 ? 0 : pathOf(parent) + rows[parent]![token]!;
  };
  return heads.flatMap(({ node, rest }) =>
    everyToken
      .filter(token => {
        if (token === END) return rest === '';
        const text = TEXTS[token]!;
        if (!text.startsWith(rest) || text === rest) return false;
        return isMass || !notFirst.includes(text[rest.length]!);
      })
      .map(token => ({ node, token, logprob: pathOf(node) + logprobOf(rows[node]!, token) }))
      .filter(({ logprob }) => logprob > -Infinity),
  );
}

/**
 * The shares of the choices, most probable first: each row is restricted to what may follow its node and raised to the power
 * 1 / `temperature`.
 */
function sharesOf(one: Case, temperature: number) {
  const { nodes, rows, allows } = one;
  const weightOf = (node: number, token: number) =>
    allows(node, token) ? Math.exp(logprobOf(rows[node]!, token) / temperature) : 0;
  const restricted = (node: number, token: number) =>
    weightOf(node, token) / everyToken.reduce((sum, other) => sum + weightOf(node, other), 0);
  const pathOf = (node: number): number => {
    const { parent, token } = nodes[node]!;
    return parent < 0 ? 1 : pathOf(parent) * restricted(parent, token);
  };
  const weighted = allChoices(one)
    .map(choice => ({
      ...choice,
      share: pathOf(choice.node) * restricted(choice.node, choice.token),
    }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  const all = weighted.reduce((sum, { share }) => sum + share, 0);
  return weighted.map(choice => ({ ...choice, share: choice.share / all }));
}

const keyOf = ({ node, token }: { node: number; token: number }) => `${node}:${token}`;

test('the likeliest are the first of all that are allowed', () => {
  const random = randomOf(seedOr(1));
  let compared = 0;
  for (let round = 0; round < 500; round++) {
    const one = randomCase(random);
    const { nodes, heads, rows, chooser, allows } = one;
    const all = allChoices(one)
      .filter(({ node, token }) => allows(node, token))
      .sort((a, b) => b.logprob - a.logprob);
    for (const count of [1, 3, 100]) {
      const found = likeliestChoices(chooser, nodes, heads, rows, count);
      expect(found.map(keyOf)).toEqual(all.slice(0, count).map(keyOf));
      found.forEach(({ logprob }, i) => expect(logprob).toBeCloseTo(all[i]!.logprob, 12));
      compared += found.length;
    }
  }
  expect(compared).toBeGreaterThan(2000);
});

test('what all are compared with is the mass of everything that begins with the heads', () => {
  const random = randomOf(seedOr(2));
  for (let round = 0; round < 300; round++) {
    const one = randomCase(random);
    const mass = allChoices(one, true).reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
    const found = massOfAll(one.chooser, one.nodes, one.heads, one.rows);
    expect(Math.exp(found)).toBeCloseTo(mass, 12);
    for (const row of one.rows) expect(endLogprob(row, ENDS)).toBeCloseTo(endOf(row), 12);
  }
});

test('a sample is as frequent as it is probable, among the fewest that reach top-p', () => {
  const DRAWS = 400;
  const random = randomOf(seedOr(3));
  let cut = 0;
  let none = 0;
  for (let round = 0; round < 200; round++) {
    const one = randomCase(random);
    const temperature = pick(random, [0.5, 1, 2]);
    const topP = pick(random, [1, 0.9, 0.5, 1e-9]);
    const all = sharesOf(one, temperature);
    const sums = all.map((_, i) => all.slice(0, i + 1).reduce((sum, { share }) => sum + share, 0));
    // Where a sum is nearly `topP` or 1, rounding decides.
    if (topP < 1 && sums.some(sum => Math.abs(sum - topP) < 1e-9)) continue;
    const last = topP < 1 ? sums.findIndex(sum => sum >= topP) : all.length - 1;
    const kept = all.slice(0, last + 1);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < DRAWS; draw++) {
      // Evenly spaced numbers measure the probabilities.
      const sampling = { temperature, topP, random: () => (draw + 0.5) / DRAWS };
      const found = sampledChoices(one.chooser, one.nodes, one.heads, one.rows, sampling);
      if (all.length === 0) {
        expect(found).toBeUndefined();
        continue;
      }
      const key = keyOf(found!);
      const { logprob } = all.find(choice => keyOf(choice) === key)!;
      expect(found!.logprob).toBeCloseTo(logprob, 12);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].every(key => kept.some(choice => keyOf(choice) === key))).toBe(true);
    for (const choice of kept) {
      const expected = (choice.share / sums[last]!) * DRAWS;
      expect(Math.abs((counts.get(keyOf(choice)) ?? 0) - expected)).toBeLessThanOrEqual(1.01);
    }
    if (kept.length < all.length) cut++;
    if (all.length === 0) none++;
  }
  expect(cut).toBeGreaterThan(20);
  expect(none).toBeGreaterThan(5);
});
