// Vocabularies without merges, compared with the programs that read them: tiktoken, and `encode` of llama2.c, on 20,000
// fuzzed strings (training/golden/ranks.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTokenizer, TokenizerError } from '../../../../src/core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { fuzzStrings } from '../../../golden/fuzz';
import { differentBatches } from '../../../support/digests';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { expectSpans } from '../../../support/spans';
import { golden } from '../../../support/paths';

const read = (name: string) => JSON.parse(readFileSync(join(golden, name), 'utf8'));
const { seed, count } = read('tokens.json') as { seed: number; count: number };
const { small, published } = read('ranks.json') as Record<string, Record<string, string[]>>;
const strings = [...fuzzStrings(seed, count)];

function expectIds(tokenizer: Tokenizer, digests: readonly string[]): void {
  expect(differentBatches(strings, digests, text => tokenizer.encode(text).ids)).toEqual([]);
}

describe.each(Object.entries(small!))('%s', (name, digests) => {
  const tokenizer = tokenizerOf(join(golden, 'ranks', name));

  test('has the ids of its own program', () => expectIds(tokenizer, digests));

  test('has spans that are adjacent, cover the text, and have the tokens’ own bytes or a mark that they differ', () => {
    for (const text of strings.slice(0, 2_000)) expectSpans(tokenizer, text);
  });

  test('takes linear time on long runs', () => {
    for (const unit of ['a', ' ', 'the ', '\n', '中', '🙂']) {
      const text = unit.repeat(200_000);
      expect(tokenizer.encode(text).byteEnds.at(-1)).toBe(encodeUtf8(text).length);
    }
  });
});

test.skipIf(!hasShared).each(Object.entries(published!))(
  'published: %s has the ids of its own program',
  (folder, digests) => expectIds(tokenizerOf(join(shared, folder)), digests),
);

describe('refuses, naming what is wrong', () => {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`,
  );
  const text = bytes.join('\n');
  test.each<[string, Parameters<typeof loadTokenizer>[0], RegExp]>([
    ['nothing at all', {}, /There is no tokenizer\.json/],
    ['a protobuf', { others: ['tokenizer.model'] }, /tokenizer\.model: .* tokenizer\.json/],
    ['an unknown encoding', { ranks: { name: 'my.tiktoken', text } }, /"my".*cl100k_base/],
    [
      'a broken line',
      { ranks: { name: 'r50k_base.tiktoken', text: `${text}\nYWI=` } },
      /r50k_base\.tiktoken: line 257, "YWI=", is not a base64 string and a rank/,
    ],
    [
      'a byte without a rank',
      { ranks: { name: 'r50k_base.tiktoken', text: bytes.slice(1).join('\n') } },
      /no token for the byte 00/,
    ],
    [
      'a truncated piece',
      { bin: { name: 'tokenizer.bin', bytes: new Uint8Array(20).fill(1) } },
      /tokenizer\.bin: piece 0, at byte 4, ends beyond the file/,
    ],
    [
      'too few pieces',
      { bin: { name: 'tokenizer.bin', bytes: new Uint8Array(4) } },
      /tokenizer\.bin has 0 pieces/,
    ],
  ])('%s', (_, files, message) => {
    expect(() => loadTokenizer(files)).toThrow(TokenizerError);
    expect(() => loadTokenizer(files)).toThrow(message);
  });

  test('takes the encoding that tokenscope.json names', () => {
    const named = loadTokenizer({ ranks: { name: 'my.tiktoken', text, encoding: 'r50k_base' } });
    expect([...named.encode('ab').ids]).toEqual([97, 98]);
  });
});
