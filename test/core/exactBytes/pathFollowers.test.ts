// What follows the paths of real texts with each family of tokenizers, compared with splitting the whole bytes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { tryFollowers } from '../../support/pathFollowers';
import { golden, models } from '../../support/paths';
import { sampleOf, seedOr } from '../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../support/shared';
import { randomOf, randomToy, TOY_CYCLE, withAdded } from '../../support/toys';

/** With further added tokens, which are not special. */
function family(name: string, ...names: readonly string[]): Tokenizer {
  const json = JSON.parse(readFileSync(join(golden, 'families', `${name}.json`), 'utf8')) as {
    model: object;
    added_tokens?: object[];
  };
  // Some also take words whole, which is not supported everywhere.
  const model = { ...json.model, ignore_merges: false };
  const added_tokens = [
    ...(json.added_tokens ?? []),
    ...names.map((content, i) => ({ id: 9000 + i, content, special: false, normalized: false })),
  ];
  return loadTokenizer({ 'tokenizer.json': { ...json, added_tokens, model } });
}

const small: [string, () => Tokenizer, boolean][] = [
  ['coder', () => tokenizerOf(join(models, 'coder')), true],
];
const all: typeof small = [
  ...small,
  ...['qwen35', 'o200k', 'llama3', 'tekken', 'starcoder', 'llama2', 'gemma'].map(
    (name): [string, () => Tokenizer, boolean] => [name, () => family(name), true],
  ),
  ...['deepseek-coder', 'deepseek-v2', 'deepseek-v3'].map(
    (name): [string, () => Tokenizer, boolean] => [name, () => family(name), true],
  ),
  ...['cl100k_base', 'o200k_base', 'r50k_base'].map((name): [string, () => Tokenizer, boolean] => [
    `${name}, a small one`,
    () => tokenizerOf(join(golden, 'ranks', name)),
    true,
  ]),
  ...['gemma', 'deepseek-coder', 'deepseek-v3', 'qwen35', 'o200k', 'llama3'].map(
    (name): [string, () => Tokenizer, boolean] => [
      `${name} with names`,
      () => family(name, '<div', '<div>', '</', 'return', '  ', '\n\n\n', '\t\t', 'ö'),
      true,
    ],
  ),
  ...['gpt2', 'gpt-neox', 'qwen2', 'tiktoken', 'phi-3-mini'].map(
    (name): [string, () => Tokenizer, boolean] => [
      name,
      () => tokenizerOf(join(shared, 'tokenizers', name)),
      hasShared,
    ],
  ),
];

describe.each(sampleOf(small, all))('%s', (_, tokenizer, exists) => {
  test.skipIf(!exists)('tokens after the paths of texts', () => {
    const counts = tryFollowers(
      tokenizer(),
      randomOf(seedOr(1)),
      sampleOf(5, 80),
      sampleOf(60, 30),
    );
    expect(counts.prefixes).toBeGreaterThan(sampleOf(100, 600));
    expect(counts.followers).toBeGreaterThan(counts.asked / 100);
  });
});

test('toys of every alphabet and split', () => {
  const random = randomOf(seedOr(3));
  const seeds = sampleOf([20, 42], [...Array(TOY_CYCLE).keys()]);
  for (const seed of seeds)
    for (const toy of [randomToy(seed, 14), withAdded(seed)])
      tryFollowers(toy.tokenizer, random, sampleOf(2, 10), sampleOf(20, 40));
});
