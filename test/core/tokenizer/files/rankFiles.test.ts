// Rank files under the names that models have them under: how text is split comes from elsewhere.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTokenizerAt } from '../../../../src/engine/models/openTokenizer';
import { golden } from '../../../support/paths';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ranks-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const ranks = join(golden, 'ranks/cl100k_base/cl100k_base.tiktoken');
function put(name: string, json: Record<string, unknown> = {}): void {
  copyFileSync(ranks, join(folder, name));
  for (const [file, value] of Object.entries(json)) {
    writeFileSync(join(folder, file), JSON.stringify(value));
  }
}

describe('the encoding', () => {
  test.each<[string, string, Record<string, unknown>, string]>([
    [
      'of Meta’s own release',
      'tokenizer.model',
      { 'params.json': { vocab_size: 128256 } },
      'llama3',
    ],
    [
      'of Llama 3',
      'tokenizer.model',
      { 'config.json': { model_type: 'llama', vocab_size: 128256 } },
      'llama3',
    ],
    ['of Llama 4', 'tokenizer.model', { 'config.json': { model_type: 'llama4' } }, 'llama4'],
    ['of Qwen', 'qwen.tiktoken', {}, 'qwen'],
    [
      'that tokenscope.json names',
      'tiktoken.model',
      { 'tokenscope.json': { encoding: 'o200k_base' } },
      'o200k_base',
    ],
  ])('%s', (_, name, json, encoding) => {
    put(name, json);
    for (const path of [folder, join(folder, name)]) {
      const { tokenizer } = openTokenizerAt(path);
      expect(tokenizer.name).toBe(`byte-level BPE (${encoding})`);
      expect(tokenizer.encode('Hello  12345').ids.length).toBeGreaterThan(2);
    }
  });

  test('is refused by name where nothing says it', () => {
    put('tiktoken.model', { 'config.json': { model_type: 'kimi_k2' } });
    expect(() => openTokenizerAt(folder)).toThrow(
      /tiktoken\.model does not say how text is split.*"kimi_k2".*tokenizer\.json.*"encoding"/,
    );
  });
});

test('a SentencePiece model opens as a folder’s and alone', () => {
  copyFileSync(join(golden, 'pieces/bpe-bytes.model'), join(folder, 'tokenizer.model'));
  for (const path of [folder, join(folder, 'tokenizer.model')]) {
    const { tokenizer, info } = openTokenizerAt(path);
    expect(tokenizer.name).toBe('SentencePiece BPE');
    expect(info.hasModel).toBe(false);
    expect([...tokenizer.encode('def').ids].length).toBeGreaterThan(0);
  }
});

test('of several models in a folder one has to be chosen', () => {
  for (const name of ['a.model', 'b.model']) {
    copyFileSync(join(golden, 'pieces/bpe-bytes.model'), join(folder, name));
  }
  expect(() => openTokenizerAt(folder)).toThrow(/a\.model, b\.model\. Choose one of these files/);
  expect(openTokenizerAt(join(folder, 'b.model')).tokenizer.name).toBe('SentencePiece BPE');
});
