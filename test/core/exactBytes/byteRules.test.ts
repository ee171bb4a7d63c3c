// If exact probabilities are not supported, there is a reason instead of a number.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ByteCursor } from '../../../src/core/exactBytes/byteCursor';
import { InexactError } from '../../../src/core/errors';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { byteToken } from '../../../src/core/tokenizer/bpe/byteTokens';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import { GPT2_PATTERN } from '../../../src/core/tokenizer/patterns/gpt2';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { tokenizerOf } from '../../support/shared';
import { modelOf } from '../../support/toys';
import { models } from '../../support/paths';

const vocab = Object.fromEntries(byteCharacters.map((character, byte) => [character, byte]));
const byteNames = Array.from({ length: 256 }, (_, byte) => byteToken(byte));
const split = { type: 'Split', pattern: { Regex: GPT2_PATTERN }, behavior: 'Isolated' };
const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });

function load(more: object = {}, model: object = {}): Tokenizer {
  return loadTokenizer({
    'tokenizer.json': {
      pre_tokenizer: sequence(split, byteLevel),
      model: { type: 'BPE', vocab, merges: [], ...model },
      ...more,
    },
  });
}

const uniform = (tokenizer: Tokenizer) => modelOf([], () => new Float64Array(tokenizer.vocabSize));

async function at(tokenizer: Tokenizer, text: string | Uint8Array): Promise<ByteCursor> {
  const bytes = typeof text === 'string' ? encodeUtf8(text) : text;
  return ByteCursor.openAt(new ByteRules(tokenizer), uniform(tokenizer), bytes);
}

describe('tokenizers', () => {
  test.each<[string, () => Tokenizer, RegExp]>([
    ['that are not byte-level BPE', () => ({ ...load(), name: 'Unigram' }), /Unigram/],
    ['that split nothing', () => load({ pre_tokenizer: byteLevel }), /looks ahead/],
    [
      'that split in two steps',
      () => load({ pre_tokenizer: sequence(split, split, byteLevel) }),
      /looks ahead/,
    ],
    [
      'with pretokens that are tokens without merges',
      () => load({}, { vocab: { ...vocab, ab: 256 }, ignore_merges: true }),
      /ignore_merges, token 256/,
    ],
  ])('%s', (_, tokenizer, message) => {
    expect(() => new ByteRules(tokenizer())).toThrow(InexactError);
    expect(() => new ByteRules(tokenizer())).toThrow(message);
  });

  test('but not those whose pretokens could be made by merges as well', async () => {
    const model = { vocab: { ...vocab, ab: 256 }, merges: ['a b'], ignore_merges: true };
    expect((await at(load({}, model), 'a')).tree.heads).toHaveLength(2);
  });

  test('the built-in one is accepted', () => {
    expect(() => new ByteRules(tokenizerOf(join(models, 'coder')))).not.toThrow();
  });
});

describe('texts', () => {
  const nfc = load({ normalizer: { type: 'NFC' } });
  const named = (content: string) =>
    load({ added_tokens: [{ id: 256, content, special: false, rstrip: true }] });
  const withTool = named('<tool>');
  test.each<[string, Tokenizer, string | Uint8Array, RegExp]>([
    ['that are not UTF-8', load(), Uint8Array.of(0x61, 0xff), /not UTF-8 at byte 1/],
    ['that end in what begins no character', load(), Uint8Array.of(0x61, 0xed, 0xa0), /at byte 1/],
    ['outside the normal form', nfc, 'ab e\u0301', /NFC at byte 3/],
    ['with an added token that takes white space', withTool, 'a <tool> b', /<tool> at byte 2/],
    ['of one endless word', load(), 'a'.repeat(2000), /2000 bytes before byte 2000/],
  ])('%s', async (_, tokenizer, text, message) => {
    await expect(at(tokenizer, text)).rejects.toThrow(InexactError);
    await expect(at(tokenizer, text)).rejects.toThrow(message);
  });

  test('with an added token that a special one has a part of', async () => {
    const tokens = [...byteNames, '\u2581', 'a'];
    const spaced = (special: string) =>
      loadTokenizer({
        'tokenizer.json': {
          normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
          added_tokens: [
            { id: 300, content: special, special: true, normalized: false },
            { id: 301, content: '\n\n', special: false, normalized: false },
          ],
          model: {
            type: 'BPE',
            byte_fallback: true,
            vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
            merges: [],
          },
        },
      });
    await expect(at(spaced('<x>\n'), 'a\n\na')).rejects.toThrow(/at byte 1/);
    const cursor = await at(spaced('<x>'), 'a\n\na');
    expect(cursor.tree.trunk.slice(0, 2)).toEqual([257, 259]);
  });

  test('with added tokens matched before normalisation and after it, where one has a part of the other', async () => {
    const both = (other: string) =>
      load({
        normalizer: { type: 'NFC' },
        added_tokens: [
          { id: 256, content: '<tool>', special: false, normalized: false },
          { id: 257, content: other, special: false, normalized: true },
        ],
      });
    await expect(at(both('<tool>s'), 'a <tool> b')).rejects.toThrow(/<tool> at byte 2/);
    const apart = await at(both('<fim>'), 'a <tool><fim> b');
    expect(apart.tree.trunk).toEqual([97, 32, 256, 257, 32, 98]);
  });

  test('typed into what is refused', async () => {
    const normal = await at(nfc, Uint8Array.of(0x65, 0xcc));
    await expect(normal.advance(0x81)).rejects.toThrow(/NFC at byte 0/);
    const added = await at(withTool, 'word word word <tool');
    await expect(added.advance(0x3e)).rejects.toThrow(/<tool> at byte 15/);
    const long = named('<a b c d e>');
    const settled = await at(long, 'x <a b c d e');
    await expect(settled.advance(0x3e)).rejects.toThrow(/<a b c d e> at byte 2/);
  });

  test('with the name of a special token are text', async () => {
    const special = load({ added_tokens: [{ id: 256, content: '<end>', special: true }] });
    expect((await at(special, 'a <end> b')).length).toBe(9);
  });

  test('with more tokenisations than can be summed', async () => {
    const cursor = await at(load({}, {}), 'abc');
    await expect(cursor.nextInAllTokenisations()).resolves.toBeDefined();
    const merges = ['a a', 'aa aa', 'aa a'];
    const many = { ...vocab, aa: 256, aaaa: 257, aaa: 258 };
    const long = await at(load({}, { vocab: many, merges }), 'a'.repeat(14));
    await expect(long.nextInAllTokenisations()).rejects.toThrow(/over 1000 tokenisations/);
  });
});
