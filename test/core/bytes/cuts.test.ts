// The tokens that a text has are in the cover tree of each of its beginnings. A sample: the rest is in
// test/prove.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tryCuts } from '../../support/cuts';
import { hasShared, shared, tokenizerOf } from '../../support/shared';

describe.each([
  ['coder', join(import.meta.dirname, '../../../models/coder'), true],
  ['gpt2', join(shared, 'tokenizers/gpt2'), hasShared],
  ['qwen2', join(shared, 'tokenizers/qwen2'), hasShared],
])('%s', (_, folder, exists) => {
  test.skipIf(!exists)('every text cut at random bytes', () => {
    // Without the texts beside the repository there are fewer, which are cut more often.
    const result = tryCuts(tokenizerOf(folder), hasShared ? 2 : 8, 1);
    expect(result.cuts).toBeGreaterThan(500);
    expect(result.insideToken).toBeGreaterThan(100);
    expect(result.insideCharacter).toBeGreaterThan(50);
  });
});
