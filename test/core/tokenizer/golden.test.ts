// Ids compared with the reference implementation: Rust `tokenizers` on 20,000 fuzzed strings (digests computed by
// training/golden/tokens.py) and published vectors.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { fuzzStrings } from '../../golden/fuzz';
import { differentBatches } from '../../support/digests';
import { hasShared, shared, tokenizerOf } from '../../support/shared';
import { golden, models } from '../../support/paths';

interface Golden {
  seed: number;
  count: number;
  allStrings: string;
  tokenizers: Record<string, string[]>;
}

const file = JSON.parse(readFileSync(join(golden, 'tokens.json'), 'utf8')) as Golden;
const gpt2 = join(shared, 'tokenizers/gpt2');
const qwen2 = join(shared, 'tokenizers/qwen2');
const phi3 = join(shared, 'tokenizers/phi-3-mini');
const coder = join(models, 'coder');

describe(`${file.count} fuzzed strings`, () => {
  const strings = [...fuzzStrings(file.seed, file.count)];

  test('are those of the digests', () => {
    const hash = createHash('sha256');
    for (const string of strings) hash.update(string, 'utf8').update(Buffer.of(0xff));
    expect(hash.digest('hex')).toBe(file.allStrings);
  });

  test('have the ids of Rust tokenizers: coder', () => matches('coder', coder));
  test.skipIf(!hasShared)('have the ids of Rust tokenizers: gpt2', () => matches('gpt2', gpt2));
  test.skipIf(!hasShared)('have the ids of Rust tokenizers: qwen2', () => matches('qwen2', qwen2));
  test.skipIf(!hasShared)('have the ids of Rust tokenizers: phi3', () => matches('phi3', phi3));

  function matches(name: string, folder: string): void {
    const tokenizer = tokenizerOf(folder);
    const idsOf = (text: string) => tokenizer.encode(text).ids;
    expect(differentBatches(strings, file.tokenizers[name]!, idsOf)).toEqual([]);
  }
});

/** Published vectors were computed with special tokens matched in the text; here they are text. */
function encodeWithSpecials(tokenizer: Tokenizer, text: string): number[] {
  return text.split(/(<\|[a-z_]+\|>)/).flatMap(piece => {
    const id = tokenizer.idOf(piece);
    return id !== undefined && tokenizer.isSpecial(id) ? [id] : [...tokenizer.encode(piece).ids];
  });
}

describe.skipIf(!hasShared)('published vectors', () => {
  const vectors = join(shared, 'tokenizers/vectors');

  test('of llama.cpp for GPT-2', () => {
    const read = (name: string) =>
      readFileSync(join(vectors, `ggml-vocab-gpt-2.gguf.${name}`), 'utf8');
    const texts = read('inp').split('\n__ggml_vocab_test__\n');
    const ids = read('out').split('\n').slice(0, texts.length);
    expect(texts).toHaveLength(47);
    const tokenizer = tokenizerOf(gpt2);
    for (const [i, text] of texts.entries()) {
      const expected = ids[i]!.trim().split(/\s+/).filter(Boolean).map(Number);
      expect([...tokenizer.encode(text).ids], JSON.stringify(text)).toEqual(expected);
    }
  });

  interface Vector {
    case: string;
    text: string;
    ids: number[];
  }
  const cases = hasShared
    ? (JSON.parse(readFileSync(join(vectors, 'transformers-js.json'), 'utf8')) as Record<
        string,
        Vector[]
      >)
    : {};

  test.each([
    ['Xenova/gpt2', gpt2],
    ['Xenova/Qwen1.5-0.5B-Chat', qwen2],
  ])('of transformers.js for %s', (name, folder) => {
    const tokenizer = tokenizerOf(folder);
    expect(cases[name]!.length).toBeGreaterThanOrEqual(25);
    for (const { text, ids } of cases[name]!) {
      expect(encodeWithSpecials(tokenizer, text), JSON.stringify(text)).toEqual(ids);
    }
  });
});
