// What only some published vocabularies have, compared with Rust `tokenizers` on 2,000 fuzzed strings
// (training/golden/vocabularies.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TokenStream } from '../../../../src/core/text/stream/tokenStream';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { loadTokenizer } from '../../../../src/core/tokenizer/files/loadTokenizer';
import { openTokenizerAt } from '../../../../src/engine/models/openTokenizer';
import { fuzzStrings } from '../../../golden/fuzz';
import { differentBatches } from '../../../support/digests';
import { expectSpans } from '../../../support/spans';
import { golden } from '../../../support/paths';
import { hasShared, shared, tokenizerOfFile } from '../../../support/shared';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const { seed, count } = read(join(golden, 'tokens.json')) as { seed: number; count: number };
const { small } = read(join(golden, 'vocabularies.json')) as { small: Record<string, string[]> };
const strings = [...fuzzStrings(seed, count)].slice(0, 2_000);
const load = (name: string) => tokenizerOfFile(join(golden, 'vocabularies', `${name}.json`));

describe.each(Object.entries(small))('%s', (name, digests) => {
  const tokenizer = load(name);

  test('has the ids of Rust tokenizers', () => {
    expect(differentBatches(strings, digests, text => tokenizer.encode(text).ids)).toEqual([]);
  });

  test('has spans that are adjacent, cover the text, and have the tokens’ own bytes or a mark that they differ', () => {
    for (const text of strings.slice(0, 1_000)) {
      if (tokenizer.encode(text).ids.length > 0) expectSpans(tokenizer, text);
    }
  });
});

describe('bytes that the vocabulary lacks', () => {
  const tokenizer = load('lacking');

  test('are left out as in Rust tokenizers, and the first character that has one is named', () => {
    const { ids, byteEnds, normalized, missing } = tokenizer.encode('aéb');
    // Of é only its last byte is missing, too: nothing of it is left.
    expect(Array.from(ids, id => new TextDecoder().decode(tokenizer.bytesOf(id)))).toEqual([
      'a',
      'b',
    ]);
    expect([...byteEnds]).toEqual([1, 4]);
    expect([...normalized!]).toEqual([0, 1]);
    expect(missing).toBe(1);
    expect(tokenizer.encode('plain text').missing).toBeUndefined();
    expect(tokenizer.encode('\u0001').ids).toHaveLength(0);
  });

  test('are not missing if the unknown token stands for them', () => {
    const { ids, missing } = load('lacking-unknown').encode('é');
    expect(ids).toHaveLength(2);
    expect(missing).toBeUndefined();
  });

  test('are found wherever they are in a text that is edited', () => {
    const text = 'some words and more of them\n'.repeat(400);
    const stream = new TokenStream(tokenizer, text);
    expect(stream.missing).toBeUndefined();
    stream.edit(6_000, 6_001, ' é');
    expect(stream.missing).toBe(6_001);
    const whole = new TokenStream(tokenizer, stream.text);
    expect(stream.tokens()).toEqual(whole.tokens());
    stream.edit(6_001, 6_002, '');
    expect(stream.missing).toBeUndefined();
    expect(encodeUtf8(stream.text)).toHaveLength(text.length);
  });
});

test('added tokens that only tokenizer_config.json has are matched, whatever ids it gives', () => {
  const json = read(join(golden, 'vocabularies', 'lacking.json'));
  const size = Object.keys(json.model.vocab).length;
  const token = (content: string, special = false) => ({ content, special });
  const tokenizer = loadTokenizer({
    'tokenizer.json': json,
    'tokenizer_config.json': {
      added_tokens_decoder: { 7000: token('<b>'), 900: token('<a>'), 7001: token('<c>', true) },
    },
  });
  const ids = [...tokenizer.encode('<a><b><c>').ids];
  expect(ids.slice(0, 2)).toEqual([size, size + 1]);
  expect(ids).toHaveLength(5);
  expect(tokenizer.idOf('<c>')).toBe(size + 2);
});

test.skipIf(!hasShared)('published: GPT-2 with an added token in tokenizer_config.json', () => {
  const folder = join(shared, 'field/added-in-config');
  const tokenizer = loadTokenizer({
    'tokenizer.json': read(join(shared, 'tokenizers/gpt2/tokenizer.json')),
    'tokenizer_config.json': read(join(folder, 'tokenizer_config.json')),
  });
  const text = readFileSync(join(folder, 'text.txt'), 'utf8').trimEnd();
  expect([...tokenizer.encode(text).ids]).toEqual([64, 220, 50257, 65]);
});

test.skipIf(!hasShared)('published: GPT-NeoX, which lacks bytes that UTF-8 has not, opens', () => {
  const { tokenizer } = openTokenizerAt(join(shared, 'tokenizers/gpt-neox'));
  expect([...tokenizer.encode('Hello world, naïve 日本 🙂').ids].length).toBeGreaterThan(5);
  expect(tokenizer.limitation).toBe('');
});
