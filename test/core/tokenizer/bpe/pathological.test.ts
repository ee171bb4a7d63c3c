// Texts on which other tokenizers take quadratic time, measured in merge lookups instead of time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { BpeTokenizer } from '../../../../src/core/tokenizer/bpe/bpe';
import { MergeTable } from '../../../../src/core/tokenizer/bpe/mergeTable';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { pathologicalTexts } from '../../../support/pathological';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { expectSpans } from '../../../support/spans';
import { golden, models } from '../../../support/paths';

const source = readFileSync(join(golden, 'texts/typescript.ts.txt'), 'utf8');
const SHORT = 6_000;

/** Lookups per byte of the text, with an empty cache. */
function lookUpsPerByte(tokenizer: BpeTokenizer, text: string): number {
  tokenizer.clearCache();
  const find = vi.spyOn(MergeTable.prototype, 'find');
  tokenizer.encode(text);
  const { length } = find.mock.calls;
  find.mockRestore();
  return length / encodeUtf8(text).length;
}

const folders = [
  ['coder', join(models, 'coder')],
  ...(hasShared
    ? [
        ['GPT-2', join(shared, 'tokenizers/gpt2')],
        ['Phi-3', join(shared, 'tokenizers/phi-3-mini')],
      ]
    : []),
] as [string, string][];

describe.each(folders)('%s', (_, folder) => {
  const tokenizer = tokenizerOf(folder) as BpeTokenizer;
  const longer = new Map(pathologicalTexts(8 * SHORT, source));
  test.each(pathologicalTexts(SHORT, source))('%s', (name, text) => {
    const few = lookUpsPerByte(tokenizer, text);
    const many = lookUpsPerByte(tokenizer, longer.get(name)!);
    // Windows overlap by a fifth; each merge looks up its two neighbours and is looked up once more.
    expect(many).toBeLessThan(6);
    expect(many).toBeLessThan(few * 1.25 + 0.1);
    expectSpans(tokenizer, text);
  });
});
