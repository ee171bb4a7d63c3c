// The tokens that a text has are in the cover tree of each of its beginnings.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryCuts } from '../support/cuts';
import { hasShared, shared, tokenizerOf } from '../support/shared';

test('coder', () => isCovered('coder', join(import.meta.dirname, '../../models/coder')));

test.skipIf(!hasShared).each([
  ['gpt2', join(shared, 'tokenizers/gpt2')],
  ['qwen2', join(shared, 'tokenizers/qwen2')],
  ['cl100k', join(shared, 'tokenizers/tiktoken')],
  ['phi-3', join(shared, 'tokenizers/phi-3-mini')],
  ['tok512', join(shared, 'models/stories260K')],
])('%s', isCovered);

function isCovered(name: string, folder: string): void {
  const result = tryCuts(tokenizerOf(folder), 40, 2);
  expect(result.cuts).toBeGreaterThan(5000);
  console.log(name, result);
}
