// Properties of byte-level BPE for any vocabulary, compared with the textbook algorithm; and refused files.
import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer, TokenizerError } from '../../../src/core/tokenizer/files/loadTokenizer';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { fuzzStrings } from '../../golden/fuzz';
import { seedOr } from '../../support/seed';
import { tokenizerOf } from '../../support/shared';
import { expectSpans } from '../../support/spans';
import { models } from '../../support/paths';

const LETTERS = 'abc';
const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };

interface Parts {
  vocab: Record<string, number>;
  merges: string[];
}

/** Each number selects two tokens that exist at that point, to be merged. */
function partsOf(picks: number[]): Parts {
  const vocab = Object.fromEntries(byteCharacters.map((character, byte) => [character, byte]));
  const usable = [...LETTERS];
  const merges: string[] = [];
  for (const pick of picks) {
    const left = usable[pick % usable.length]!;
    const right = usable[Math.floor(pick / usable.length) % usable.length]!;
    const merge = `${left} ${right}`;
    if (merges.includes(merge) || left.length + right.length > 40) continue;
    merges.push(merge);
    if (left + right in vocab) continue;
    vocab[left + right] = Object.keys(vocab).length;
    usable.push(left + right);
  }
  return { vocab, merges };
}

function fileOf({ vocab, merges }: Parts, more: object = {}) {
  return { pre_tokenizer: byteLevel, model: { type: 'BPE', vocab, merges }, ...more };
}

const load = (json: unknown) => loadTokenizer({ 'tokenizer.json': json });

/** Sennrich et al. 2016, algorithm 1: merges the pair of lowest rank, leftmost first, while there is one. */
function textbook(text: string, { vocab, merges }: Parts): number[] {
  const ranks = new Map(merges.map((merge, rank) => [merge, rank]));
  const parts = [...text];
  for (;;) {
    let best = -1;
    let bestRank = Infinity;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Infinity;
      if (rank < bestRank) [best, bestRank] = [i, rank];
    }
    if (best < 0) return parts.map(part => vocab[part]!);
    parts.splice(best, 2, parts[best]! + parts[best + 1]!);
  }
}

describe('byte-level BPE', () => {
  const picks = fc.array(fc.nat(), { maxLength: 40 });
  const text = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 300 });

  test('merges like the textbook algorithm, for any merges', () => {
    fc.assert(
      fc.property(picks, text, (picks, text) => {
        const parts = partsOf(picks);
        expect([...load(fileOf(parts)).encode(text).ids]).toEqual(textbook(text, parts));
      }),
      { seed: seedOr(1), numRuns: 500 },
    );
  });

  test('gives the same ids whatever is in its cache', () => {
    fc.assert(
      fc.property(picks, fc.array(text, { maxLength: 5 }), text, (picks, before, text) => {
        const tokenizer = load(fileOf(partsOf(picks)));
        const fresh = [...tokenizer.encode(text).ids];
        for (const other of before) tokenizer.encode(other);
        expect([...tokenizer.encode(text).ids]).toEqual(fresh);
      }),
      { seed: seedOr(1) },
    );
  });

  test('reads merges as strings or as pairs', () => {
    const parts = partsOf([0, 4, 9, 13, 21]);
    const pairs = { ...parts, merges: parts.merges.map(merge => merge.split(' ')) };
    const text = 'abcabcaabbccabc';
    expect(load(fileOf(pairs as never)).encode(text)).toEqual(load(fileOf(parts)).encode(text));
  });

  test('reads vocab.json and merges.txt like the equivalent tokenizer.json', () => {
    const { vocab, merges } = partsOf([0, 4, 9, 13, 21]);
    const legacy = loadTokenizer({
      'vocab.json': vocab,
      'merges.txt': `#version: 0.2\n${merges.join('\n')}\n`,
      'tokenizer_config.json': { tokenizer_class: 'GPT2Tokenizer' },
    });
    const modern = load(
      fileOf({ vocab, merges }, { pre_tokenizer: { ...byteLevel, use_regex: true } }),
    );
    const text = "abc abcabc  a'ccc\r\nbb";
    expect(legacy.encode(text)).toEqual(modern.encode(text));
  });

  test('treats what looks like a special token as text, and matches other added tokens', () => {
    const { vocab, merges } = partsOf([]);
    const added_tokens = [
      { id: 256, content: '<s>', special: true },
      { id: 257, content: '<a>', special: false },
    ];
    const { ids } = load(fileOf({ vocab, merges }, { added_tokens })).encode('<s><a>');
    expect([...ids]).toEqual([...[...'<s>'].map(c => c.charCodeAt(0)), 257]);
  });
});

describe('spans', () => {
  const coder = tokenizerOf(join(models, 'coder'));

  test('are adjacent, cover the text, and have the tokens’ own bytes', () => {
    for (const text of fuzzStrings(seedOr(7), 500)) expectSpans(coder, text);
  });

  test('refer to the original text if NFC changed it', () => {
    const tokenizer = load(fileOf(partsOf([]), { normalizer: { type: 'NFC' } }));
    const text = 'ae\u0301b';
    const { byteStarts, byteEnds, normalized } = tokenizer.encode(text);
    expect(byteStarts[0]).toBe(0);
    expect(byteEnds.at(-1)).toBe(encodeUtf8(text).length);
    // a, the two bytes of U+00E9 for three bytes of text, b
    expect([...normalized!]).toEqual([0, 1, 1, 0]);
  });
});

describe('refuses, naming what is wrong', () => {
  const parts = partsOf([0]);
  test.each<[string, unknown, RegExp]>([
    ['no object', [], /tokenizer\.json is not a JSON object/],
    ['no model', {}, /has no "model"/],
    ['another kind of model', { model: { type: 'Unigram', vocab: [] } }, /"Unigram"/],
    ['no byte', fileOf({ vocab: { Hello: 0 }, merges: [] }), /no token for a single byte/],
    ['a merge of unknown tokens', fileOf({ ...parts, merges: ['a zz'] }), /merge 0.*"zz"/],
    ['a merge of three', fileOf({ ...parts, merges: ['a a a'] }), /merge 0.*not two tokens/],
    ['an id twice', fileOf({ ...parts, vocab: { ...parts.vocab, twin: 5 } }), /id 5 belongs to/],
    ...[-1, 0.5, 2 ** 24, '300', null].map((id): [string, unknown, RegExp] => [
      `the id ${JSON.stringify(id)}`,
      fileOf({ ...parts, vocab: { ...parts.vocab, twin: id as number } }),
      new RegExp(`model\\.vocab: "twin" has the id "?${id}"?, which is not a token id$`),
    ]),
    ...[-1, 0.5, 2 ** 24, '300', null].map((id): [string, unknown, RegExp] => [
      `an added token with the id ${JSON.stringify(id)}`,
      fileOf(parts, { added_tokens: [{ id, content: '<a>' }] }),
      new RegExp(`the added token.*"<a>".* has the id "?${id}"?, which is not a token id$`),
    ]),
    ['an unknown normalizer', fileOf(parts, { normalizer: { type: 'Nmt' } }), /"Nmt"/],
    [
      'an unknown pattern',
      fileOf(parts, {
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: 'x+' }, behavior: 'Isolated' },
            byteLevel,
          ],
        },
      }),
      /"x\+"/,
    ],
    [
      'a byte fallback that lacks a byte, without an unknown token',
      {
        normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
        model: { type: 'BPE', vocab: { '\u2581': 0 }, merges: [], byte_fallback: true },
      },
      /model\.unk_token is missing; without a byte fallback/,
    ],
    [
      'unknown characters without a token',
      {
        pre_tokenizer: { type: 'Metaspace', replacement: '\u2581' },
        model: { type: 'BPE', vocab: { '\u2581': 0 }, merges: [] },
      },
      /model\.unk_token is missing/,
    ],
    [
      'an added token over another',
      fileOf(
        { ...parts, vocab: { ...parts.vocab, far: 300, far2: 259 } },
        { added_tokens: [{ id: 400, content: 'q!' }] },
      ),
      /q!.*would get the id 259, which belongs to another token/,
    ],
  ])('%s', (_, json, message) => {
    expect(() => load(json)).toThrow(TokenizerError);
    expect(() => load(json)).toThrow(message);
  });

  test('a folder with half of the old files', () => {
    expect(() => loadTokenizer({ 'vocab.json': parts.vocab })).toThrow(/merges\.txt is missing/);
    expect(() => loadTokenizer({})).toThrow(/no tokenizer\.json/);
  });
});
