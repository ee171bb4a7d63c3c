// Which tokens may follow one another, compared with encoding their bytes.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TokenPrefix } from '../../../src/core/exactBytes/tokenPrefix';
import { TokenPairs } from '../../../src/core/exactBytes/tokenPairs';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { sampleOf, seedOr, seedsOr, someOf } from '../../support/seed';
import { pick, randomOf, randomToy, TOY_CYCLE } from '../../support/toys';
import { shared, hasShared, tokenizerOf } from '../../support/shared';
import { models } from '../../support/paths';

test('random merges: a pair of tokens is valid if and only if its bytes encode to it', () => {
  let valid = 0;
  let invalid = 0;
  for (const seed of seedsOr(someOf([...Array(60).keys()], 12), TOY_CYCLE)) {
    // Up to 30 merges, with ranks in any order, over few bytes: most tokens can be made in several ways.
    const { tokenizer, support } = randomToy(seed, 30);
    const rules = new ByteRules(tokenizer);
    if (!(rules.joins instanceof TokenPairs)) continue;
    // Another one, which has not been asked for single pairs.
    const all = new ByteRules(tokenizer).joins as TokenPairs;
    const text = support.filter(id => rules.tokens.bytesOf(id) !== undefined);
    for (const left of text) {
      const l = rules.tokens.bytesOf(left)!;
      expect(rules.joins.isReachable(left)).toBe(rules.merge(l).join() === `${left}`);
      for (const right of text) {
        const ids = rules.merge(l + rules.tokens.bytesOf(right)!);
        const expected = ids.length === 2 && ids[0] === left && ids[1] === right;
        expect(rules.joins.isValid(left, right), `toy ${seed}, ${left} ${right}`).toBe(expected);
        expect(all.validAfter(left).has(right), `toy ${seed}, all after ${left}`).toBe(expected);
        if (expected) valid++;
        else invalid++;
      }
    }
  }
  expect(valid).toBeGreaterThan(sampleOf(2_000, 10_000));
  expect(invalid).toBeGreaterThan(sampleOf(2_000, 10_000));
});

const folders: [string, string, boolean][] = [
  ['coder', join(models, 'coder'), true],
  ['gpt2', join(shared, 'tokenizers/gpt2'), hasShared],
  ['qwen2', join(shared, 'tokenizers/qwen2'), hasShared],
];

// The largest waits for `npm run prove`.
describe.each(sampleOf(folders.slice(0, 2), folders))('%s', (_, folder, exists) => {
  test.skipIf(!exists)('pairs, half of them splits of tokens', () => {
    const rules = new ByteRules(tokenizerOf(folder));
    const random = randomOf(seedOr(5));
    const { ids, bytes } = rules.tokens;
    let valid = 0;
    const count = sampleOf(5000, 20_000);
    for (let i = 0; i < count; i++) {
      let left: number | undefined = pick(random, ids as unknown as number[]);
      let right: number | undefined = pick(random, ids as unknown as number[]);
      if (i % 2) {
        const whole = pick(random, bytes);
        const cut = 1 + Math.floor(random() * (whole.length - 1));
        [left] = rules.tokens.idsOf(whole.slice(0, cut));
        [right] = rules.tokens.idsOf(whole.slice(cut));
        if (left === undefined || right === undefined) continue;
      }
      const [l, r] = [rules.tokens.bytesOf(left)!, rules.tokens.bytesOf(right)!];
      // An added token joins none, and is no pair.
      if ([l, r, l + r].some(each => rules.boundaries.isAdded?.(each))) continue;
      const expected = rules.merge(l + r).join() === `${left},${right}`;
      const path = rules.canonical.extend(TokenPrefix.empty, left);
      expect(rules.joins.mayJoin(path, right), `${left} ${right}`).toBe(expected);
      if (expected) valid++;
    }
    expect(valid).toBeGreaterThan(count / 4);
  });

  test.skipIf(!exists)('all tokens after each of some are those that are valid one by one', () => {
    const tokenizer = tokenizerOf(folder);
    const rules = new ByteRules(tokenizer);
    // Another one, which has not been asked for single pairs.
    const all = new ByteRules(tokenizer).joins;
    const { tokens, joins, canonical } = rules;
    const random = randomOf(seedOr(6));
    let invalid = 0;
    for (let i = 0; i < sampleOf(8, 30); i++) {
      const left = pick(random, tokens.ids as unknown as number[]);
      const path = canonical.extend(TokenPrefix.empty, left);
      const found = all.joining(path);
      for (const right of someOf([...tokens.ids], 3000, left)) {
        const expected = joins.isReachable(right) && joins.mayJoin(path, right);
        if (!expected) invalid++;
        if (found.has(right) !== expected) expect.fail(`${left} ${right}: ${!expected}`);
      }
    }
    expect(invalid).toBeGreaterThan(sampleOf(300, 1000));
  });
});

test('tokens with a common prefix are adjacent, sorted by their bytes', () => {
  const { tokens } = new ByteRules(randomToy(3, 30).tokenizer);
  const all = [...tokens.ids].map(id => tokens.bytesOf(id)!);
  expect(all).toEqual([...all].sort());
  for (const prefix of ['', 'a', ' ', 'aa', '\xff', 'never there', ...all]) {
    const { start, end } = tokens.startingWith(prefix);
    const expected = all.filter(bytes => bytes.startsWith(prefix));
    expect(all.slice(start, end)).toEqual(expected);
    expect(tokens.idsOf(prefix).length === 1).toBe(prefix !== '' && all.includes(prefix));
  }
  // Special tokens are not text.
  expect(all).not.toContain(byteStringOf(new TextEncoder().encode('<|end|>')));
});
