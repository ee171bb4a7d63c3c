// What a fall of the success curve is called in its hover.
import { expect, test } from 'vitest';
import type { CliffClass } from '../../../src/core/traces/successCurve';
import { fallWords } from '../../../src/editor/traces/rollouts';
import type { RolloutFall } from '../../../src/protocol/traces';

const fall = (kind: RolloutFall['kind'], cliff?: CliffClass) =>
  ({ kind, ...(cliff ? { cliff } : {}) }) as RolloutFall;

test.each([
  ['deterministic', 'the model was sure of it'],
  ['uncertain', 'the model was undecided'],
  ['sampled off', 'another token was more likely'],
] as const)('a cliff that is %s: the model is so, not the verdict', (cliff, of) => {
  expect(fallWords(fall('cliff', cliff))).toEqual({
    kind: 'Cliff',
    words: `the share of right rollouts drops here by more than chance explains; ${of}`,
  });
});

test('other falls have no class', () => {
  expect(fallWords(fall('pivotal')).words).toMatch(/ by a fifth or more$/);
});

test.each([
  [false, 'no later prefix recovers'],
  [true, 'a later prefix recovers'],
])('a critical token: whether a later prefix recovers, %s', (recovers, words) => {
  expect(fallWords({ ...fall('critical'), recovers })).toEqual({
    kind: 'Critical token',
    words: `no rollout after this token is right; ${words}`,
  });
});
