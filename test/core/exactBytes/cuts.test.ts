// The tokens of a text are in the cover tree of each of its prefixes. A sample; the rest is in test/prove.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { tryCuts } from '../../support/cuts';
import { sampleOf, seedOr } from '../../support/seed';
import { hasShared, shared, tokenizerOf, tokenizerOfFile } from '../../support/shared';
import { golden, models } from '../../support/paths';

const family = (name: string) => () => tokenizerOfFile(join(golden, 'families', `${name}.json`));

/** With further added tokens, which are not special. */
function named(family: string, ...names: readonly string[]): Tokenizer {
  const path = join(golden, 'families', `${family}.json`);
  const json = JSON.parse(readFileSync(path, 'utf8')) as { model: object; added_tokens: object[] };
  // Gemma's also takes words whole, which is not supported.
  const model = { ...json.model, ignore_merges: false };
  const added_tokens = [
    ...json.added_tokens,
    ...names.map((content, i) => ({ id: 9000 + i, content, special: false, normalized: false })),
  ];
  return loadTokenizer({ 'tokenizer.json': { ...json, added_tokens, model } });
}

const gemma = (...names: readonly string[]) => named('gemma', ...names);

/** Large vocabularies, which take seconds to read, wait for `npm run prove`: small ones of their families are here. */
const waiting = sampleOf(['phi-3', 'qwen2', 'cl100k'], []);

const tried: [string, () => Tokenizer, boolean][] = [
  ['coder', () => tokenizerOf(join(models, 'coder')), true],
  ['cl100k, a small one', () => tokenizerOf(join(golden, 'ranks/cl100k_base')), true],
  ['qwen35, a small one', family('qwen35'), true],
  ['o200k, a small one', family('o200k'), true],
  ['tekken, a small one', family('tekken'), true],
  ['starcoder, a small one', family('starcoder'), true],
  ['deepseek-coder, a small one', family('deepseek-coder'), true],
  ['deepseek-v2, a small one', family('deepseek-v2'), true],
  ['deepseek-v3, a small one', family('deepseek-v3'), true],
  ['llama2, a small one', family('llama2'), true],
  ['gemma, a small one', () => gemma(), true],
  [
    'gemma, with line ends, tabs and tags as added tokens',
    () => gemma('\n', '\n\n\n', '\n\n\n\n', '\t', '\t\t', '<div', '<div>', '</', 'return'),
    true,
  ],
  [
    'deepseek-coder, a small one, with names and blanks as added tokens',
    () =>
      named('deepseek-coder', '<div', '<div>', '</', 'return', '<｜fim▁hole｜>', '  ', '    ', 'ö'),
    true,
  ],
  [
    'qwen35, a small one, with line ends as added tokens',
    () => named('qwen35', '\n\n', '\n\n\n', ' if'),
    true,
  ],
  [
    'gpt-neox, which has runs of blanks',
    () => tokenizerOf(join(shared, 'tokenizers/gpt-neox')),
    hasShared,
  ],
  ['phi-3', () => tokenizerOf(join(shared, 'tokenizers/phi-3-mini')), hasShared],
  ['tok512', () => tokenizerOf(join(shared, 'models/stories260K')), hasShared],
  ['gpt2', () => tokenizerOf(join(shared, 'tokenizers/gpt2')), hasShared],
  ['qwen2', () => tokenizerOf(join(shared, 'tokenizers/qwen2')), hasShared],
  ['cl100k', () => tokenizerOf(join(shared, 'tokenizers/tiktoken')), hasShared],
];

const now = tried.filter(([name]) => !waiting.includes(name));

// Each has a seed of its own, so that each is tried with other texts.
describe.each(now)('%s', (name, tokenizer, exists) => {
  test.skipIf(!exists)('texts cut at random bytes', () => {
    // Without the texts beside the repository there are fewer texts, which are cut more often.
    const result = tryCuts(tokenizer(), (hasShared ? 1 : 4) * sampleOf(1, 2), seedOr(name.length));
    expect(result.cuts).toBeGreaterThan(sampleOf(60, 500));
    expect(result.insideToken).toBeGreaterThan(sampleOf(10, 90));
    expect(result.insideCharacter).toBeGreaterThan(sampleOf(5, 50));
  });
});
