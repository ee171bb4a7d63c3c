// SentencePiece models compared with `sentencepiece` on 20,000 fuzzed strings (training/golden/pieces.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../../../src/core/tokenizer/files/loadTokenizer';
import { TokenizerError } from '../../../../src/core/errors';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { concatBytes } from '../../../../src/core/bytes';
import { bytesField, stringField, varintField } from '../../../../src/core/wire';
import { pieceFinders } from '../../../../src/engine/models/pieceFinders';
import { fuzzStrings } from '../../../golden/fuzz';
import { differentBatches } from '../../../support/digests';
import { expectSpans } from '../../../support/spans';
import { golden } from '../../../support/paths';
import { hasShared, shared } from '../../../support/shared';

const read = (name: string) => JSON.parse(readFileSync(join(golden, name), 'utf8'));
const { seed, count } = read('tokens.json') as { seed: number; count: number };
const { small, published } = read('pieces.json') as Record<string, Record<string, string[]>>;
const strings = [...fuzzStrings(seed, count)];

const load = (bytes: Uint8Array, more: object = {}) =>
  loadTokenizer({ sentencePiece: { name: 'tokenizer.model', bytes }, ...more }, pieceFinders);
const loadFile = (path: string) => load(readFileSync(path));

function expectIds(tokenizer: Tokenizer, digests: readonly string[]): void {
  expect(differentBatches(strings, digests, text => tokenizer.encode(text).ids)).toEqual([]);
}

describe.each(Object.entries(small!))('%s', (name, digests) => {
  const tokenizer = loadFile(join(golden, 'pieces', `${name}.model`));

  test('has the ids of sentencepiece', () => expectIds(tokenizer, digests));

  test('has spans that are adjacent, cover the text, and have the tokens’ own bytes or a mark that they differ', () => {
    for (const text of strings.slice(0, 1_000)) expectSpans(tokenizer, text);
  });

  test('takes linear time on long runs', () => {
    for (const unit of ['a', ' ', 'the ', '\n', '中', '🙂', '\u2581', '</']) {
      const text = `a${unit.repeat(50_000)}a`;
      expect(tokenizer.encode(text).byteEnds.at(-1)).toBe(encodeUtf8(text).length);
    }
  }, 60_000);
});

test.skipIf(!hasShared).each(Object.entries(published!))(
  'published: %s has the ids of sentencepiece',
  (path, digests) => expectIds(loadFile(join(shared, path)), digests),
);

/** A model with these pieces: text and type. */
function modelOf(pieces: [string, number][], trainer: [number, number][] = [[3, 2]]): Uint8Array {
  return concatBytes([
    ...pieces.map(([piece, type]) =>
      bytesField(1, concatBytes([stringField(1, piece), varintField(3, type)])),
    ),
    bytesField(2, concatBytes(trainer.map(([number, value]) => varintField(number, value)))),
    bytesField(3, varintField(4, 0)),
  ]);
}

const letters: [string, number][] = [
  ['<unk>', 2],
  ['\u2581', 1],
  ['a', 1],
];

describe('refuses, naming what is wrong', () => {
  const whole = modelOf(letters);
  test.each<[string, Uint8Array, RegExp]>([
    ['what is no protobuf', encodeUtf8('hello'), /tokenizer\.model is not a SentencePiece model/],
    ['a file that is cut short', whole.subarray(0, -3), /truncated: it has .* at byte \d+/],
    ['an empty file', new Uint8Array(), /has no pieces/],
    ['a model of words', modelOf(letters, [[3, 3]]), /is a word model/],
    ['a type that is not known', modelOf([['a', 9]]), /piece 0 has the unknown type 9/],
    [
      'spaces after words',
      modelOf(letters, [
        [3, 2],
        [24, 1],
      ]),
      /treat_whitespace_as_suffix/,
    ],
    ['unused pieces that merge', modelOf([...letters, ['aa', 5]]), /unused piece "aa"/],
    ['a piece of unknown characters', modelOf([...letters, ['ab', 1]]), /"b", which has no piece/],
    ['user-defined symbols of Unigram', modelOf([...letters, ['<s>', 4]], [[3, 1]]), /"<s>"/],
    ['no unknown piece', modelOf(letters.slice(1)), /neither a piece for unknown characters nor/],
  ])('%s', (_, bytes, message) => {
    expect(() => load(bytes)).toThrow(TokenizerError);
    expect(() => load(bytes)).toThrow(message);
  });

  test('added tokens of tokenizer_config.json that are matched in text and are no pieces', () => {
    const config = (special: boolean) => ({
      'tokenizer_config.json': { added_tokens_decoder: { 3: { content: '<tool>', special } } },
    });
    expect(() => load(whole, config(false))).toThrow(
      /"<tool>" \(id 3\) is not in tokenizer\.model/,
    );
    expect(load(whole, config(true)).idOf('<tool>')).toBe(3);
  });
});
