// Rollouts are remembered for all that they depend on.
import { expect, test } from 'vitest';
import { RolloutCache, type RolloutRule } from '../../../src/engine/traces/rolloutCache';
import { scriptedModel } from '../../support/scriptedModel';

const { signal } = new AbortController();
const RULE: RolloutRule = { temperature: 1, topP: 1, seed: 1, maxTokens: 50 };

test('the same request is answered from memory, a larger one begins with it', async () => {
  const { model, asked } = scriptedModel(() => ['a', 'b', 'c']);
  const cache = new RolloutCache(model);
  const first = await cache.rolloutsAfter([1, 2], 0, 3, RULE, signal);
  expect(await cache.rolloutsAfter([1, 2], 0, 3, RULE, signal)).toEqual(first);
  expect(asked).toHaveLength(1);
  const more = await cache.rolloutsAfter([1, 2], 0, 5, RULE, signal);
  expect(more.slice(0, 3)).toEqual(first);
  expect(asked[1]!.rule.seeds).toHaveLength(2);
  const seeds = asked.flatMap(({ rule }) => [...rule.seeds]);
  expect(new Set(seeds).size).toBe(5);
});

test.each<[string, number[], number, Partial<RolloutRule>]>([
  ['top-p', [1, 2], 0, { topP: 0.9 }],
  ['the temperature', [1, 2], 0, { temperature: 0.9 }],
  ['the seed', [1, 2], 0, { seed: 2 }],
  ['the most tokens', [1, 2], 0, { maxTokens: 49 }],
  ['the prefix', [1, 3], 0, {}],
  ['where tokens of a prefix end', [12], 0, {}],
  ['the place', [1, 2], 1, {}],
])('another request is sampled anew: %s', async (_, tokens, place, change) => {
  const { model, asked } = scriptedModel(() => ['a']);
  const cache = new RolloutCache(model);
  await cache.rolloutsAfter([1, 2], 0, 2, RULE, signal);
  await cache.rolloutsAfter(tokens, place, 2, { ...RULE, ...change }, signal);
  expect(asked).toHaveLength(2);
  const { temperature, topP, maxTokens } = { ...RULE, ...change };
  expect(asked[1]!.rule).toMatchObject({ temperature, topP, maxTokens });
});

test('beyond eight million tokens the prefixes that were not used for longest are forgotten', async () => {
  // Three of them are one token too many, with that of the prefix.
  const long = `${'a'.repeat(Math.floor((8 << 20) / 3))}…`;
  const { model, asked } = scriptedModel(() => [long]);
  const cache = new RolloutCache(model);
  const ask = (first: number) => cache.rolloutsAfter([first], 0, 1, RULE, signal);
  await ask(0);
  await ask(1);
  await ask(0);
  expect(asked).toHaveLength(2);
  await ask(2);
  await ask(0);
  await ask(2);
  expect(asked).toHaveLength(3);
  await ask(1);
  expect(asked).toHaveLength(4);
});
