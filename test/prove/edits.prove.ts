// 100,000 random edits of ten files and of adversarial text: after each the token stream is, in full, what
// encoding the whole text gives.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadTokenizer } from '../../src/core/tokenizer/files/loadTokenizer';
import { checkEdits } from '../support/edits';
import { tokenizerOf } from '../support/shared';

const EDITS = 100_000;
const root = join(import.meta.dirname, '../..');
const file = JSON.parse(readFileSync(join(root, 'models/coder/tokenizer.json'), 'utf8'));
const gpt2 = { type: 'ByteLevel', add_prefix_space: false, use_regex: true };
const tokenizers = [
  loadTokenizer({ 'tokenizer.json': { ...file, normalizer: { type: 'NFC' } } }),
  loadTokenizer({ 'tokenizer.json': { ...file, pre_tokenizer: gpt2 } }),
  ...['starcoder', 'deepseek-v3', 'deepseek-v2'].map(name =>
    loadTokenizer({
      'tokenizer.json': JSON.parse(
        readFileSync(join(root, `test/golden/families/${name}.json`), 'utf8'),
      ),
    }),
  ),
  tokenizerOf(join(root, 'models/stories260K')),
];

const files = [
  'esbuild.mjs',
  'README.md',
  'samples/greetings.md',
  'samples/retry.ts',
  'samples/readings.py',
  ...readdirSync(join(root, 'src/editor/overlay'))
    .slice(0, 5)
    .map(name => `src/editor/overlay/${name}`),
].map(name => readFileSync(join(root, name), 'utf8').slice(0, 12_000));
const adversarial = [' '.repeat(3e3), '\n'.repeat(3e3), 'a'.repeat(3e3), 'a '.repeat(1500), '\r\n'.repeat(1500), '́'.repeat(3e3), '𝐀\n'.repeat(1e3), '中文 '.repeat(1e3), '\'s '.repeat(1e3), '.\n/'.repeat(1e3)]; // prettier-ignore

test(`${EDITS} edits, each compared in full`, () => {
  const texts = [...files, ...adversarial];
  expect(texts.length).toBe(20);
  const edits = EDITS / (texts.length * tokenizers.length * 2);
  texts.forEach((text, i) => {
    for (const tokenizer of tokenizers) {
      for (const segmentLength of [32, 1024])
        checkEdits(tokenizer, text, { edits, segmentLength, seed: i });
    }
  });
});
