// The tokens that a text has are in the cover tree of each of its beginnings. A sample: the rest is in
// test/prove.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { tryCuts } from '../../support/cuts';
import { hasShared, shared, tokenizerOf, tokenizerOfFile } from '../../support/shared';

const root = join(import.meta.dirname, '../../..');
const family = (name: string) => () =>
  tokenizerOfFile(join(root, 'test/golden/families', `${name}.json`));

describe.each<[string, () => Tokenizer, boolean]>([
  ['coder', () => tokenizerOf(join(root, 'models/coder')), true],
  ['cl100k, a small one', () => tokenizerOf(join(root, 'test/golden/ranks/cl100k_base')), true],
  ['qwen35, a small one', family('qwen35'), true],
  ['o200k, a small one', family('o200k'), true],
  ['tekken, a small one', family('tekken'), true],
  ['gpt2', () => tokenizerOf(join(shared, 'tokenizers/gpt2')), hasShared],
  ['qwen2', () => tokenizerOf(join(shared, 'tokenizers/qwen2')), hasShared],
  ['cl100k', () => tokenizerOf(join(shared, 'tokenizers/tiktoken')), hasShared],
])('%s', (_, tokenizer, exists) => {
  test.skipIf(!exists)('every text cut at random bytes', () => {
    // Without the texts beside the repository there are fewer, which are cut more often.
    const result = tryCuts(tokenizer(), hasShared ? 2 : 8, 1);
    expect(result.cuts).toBeGreaterThan(500);
    expect(result.insideToken).toBeGreaterThan(100);
    expect(result.insideCharacter).toBeGreaterThan(50);
  });
});
