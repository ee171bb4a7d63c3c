// Unigram and WordPiece: ids compared with Rust `tokenizers` (training/golden/lookups.py) and published vectors, and the
// positions of their tokens, which the library that finds them does not return.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTokenizer, TokenizerError } from '../../../../src/core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { pieceFinders } from '../../../../src/engine/models/pieceFinders';
import { fuzzStrings } from '../../../golden/fuzz';
import { differentBatches } from '../../../support/digests';
import { sampleOf, someOf } from '../../../support/seed';
import { hasShared, shared, tokenizerOf, tokenizerOfFile } from '../../../support/shared';
import { expectSpans } from '../../../support/spans';
import { golden } from '../../../support/paths';

const read = (path: string) => JSON.parse(readFileSync(join(golden, path), 'utf8'));
const { seed, count } = read('tokens.json') as { seed: number; count: number };
const { trained: cases, published } = read('lookups.json') as Record<
  'trained' | 'published',
  Record<string, { ids: string[] }>
>;
const strings = [...fuzzStrings(seed, count)];
const trained = (name: string) => tokenizerOfFile(join(golden, `lookups/${name}.json`));
const load = (json: unknown) => loadTokenizer({ 'tokenizer.json': json }, pieceFinders);

/** The text in the span of every token. */
function pieces(tokenizer: Tokenizer, text: string): string[] {
  const bytes = encodeUtf8(text);
  const { byteStarts, byteEnds } = tokenizer.encode(text);
  return Array.from(byteStarts, (start, i) =>
    Buffer.from(bytes.slice(start, byteEnds[i])).toString(),
  );
}

/** Spans are adjacent and cover the text, except for dropped text. */
function expectCovered(tokenizer: Tokenizer, text: string): void {
  if (tokenizer.encode(text).ids.length > 0) expectSpans(tokenizer, text);
  else expect(text).toMatch(/^[\s\p{C}\p{M}\u0085\u2581]*$/u);
}

describe.each(Object.entries(cases))('%s', (name, { ids }) => {
  const tokenizer = trained(name);

  test('has the ids of Rust tokenizers', () => {
    expect(differentBatches(strings, ids, text => tokenizer.encode(text).ids)).toEqual([]);
  });

  test('has spans that are adjacent, cover the text, and have the tokens’ own bytes or a mark that they differ', () => {
    for (const text of strings.slice(0, sampleOf(200, 2_000))) expectCovered(tokenizer, text);
  });

  test('gives the same result whatever is in its cache', () => {
    const fresh = trained(name);
    for (const text of strings.slice(300, 320)) {
      expect(fresh.encode(text)).toEqual(tokenizer.encode(text));
    }
  });

  test('takes linear time on long runs', () => {
    for (const unit of someOf(
      ['a', ' ', 'the ', '\n', '中', '🙂', '\u2581', '</', 'e\u0301', '.'],
      2,
      name.length,
    )) {
      // Quadratic time would take minutes.
      const text = `a${unit.repeat(50_000)}a`;
      expect(tokenizer.encode(text).byteEnds.at(-1), unit).toBe(encodeUtf8(text).length);
    }
  });
});

describe('token positions', () => {
  const wordPiece = trained('wordpiece');
  const unigram = trained('unigram');

  test('dropped text is assigned to the token after it, or to the last one', () => {
    expect(pieces(wordPiece, ' a  (b)\t\n').join('|')).toBe(' a|  (|b|)\t\n');
    expect(pieces(unigram, 'a\u3000the').at(-1)).toBe('\u3000the');
  });

  test('removed accents and capitals are mapped to their letters', () => {
    expect(pieces(wordPiece, 'E\u0301É.')).toEqual(['E\u0301', 'É', '.']);
  });

  test('an unknown word is one token over all of it', () => {
    const { ids, normalized } = wordPiece.encode('a 𐍈𐍈 b');
    expect(ids[1]).toBe(wordPiece.idOf('[UNK]'));
    expect(pieces(wordPiece, 'a 𐍈𐍈 b')).toEqual(['a', ' 𐍈𐍈', ' b']);
    expect([...normalized!]).toEqual([0, 1, 1]);
  });

  test('unknown characters are one token for each run', () => {
    const text = 'a𐍈𐍉a𐍈';
    expect(pieces(unigram, text).slice(-4)).toEqual(['a', '𐍈𐍉', 'a', '𐍈']);
  });

  test('byte tokens of a character are placed inside it, in order', () => {
    const bytes = trained('unigram-bytes');
    const { ids, byteStarts } = bytes.encode('𐍈');
    expect(Array.from(byteStarts.slice(-4))).toEqual([0, 1, 2, 3]);
    expect(Array.from(ids.slice(-4), id => bytes.bytesOf(id)[0])).toEqual([...encodeUtf8('𐍈')]);
  });

  test('names of special tokens and of bytes are text', () => {
    const bytes = trained('unigram-bytes');
    for (const [tokenizer, name] of [
      [unigram, '<eos>'],
      [bytes, '<0x41>'],
      [wordPiece, '[CLS]'],
    ] as const) {
      expect([...tokenizer.encode(name).ids]).not.toContain(tokenizer.idOf(name));
    }
  });

  test('names of bytes are pieces like others where the file has no fallback to bytes', () => {
    const vocab = ['<unk>', '<0x61>', 'a', 'b', '<', '>', '0', 'x', '6', '1'];
    const model = { type: 'Unigram', unk_id: 0, vocab: vocab.map((piece, id) => [piece, -id]) };
    for (const byte_fallback of [undefined, false, null]) {
      const tokenizer = load({ model: { ...model, byte_fallback } });
      expect([...tokenizer.encode('a<0x61>b').ids]).toEqual([2, 1, 3]);
      expect(Buffer.from(tokenizer.bytesOf(1)).toString()).toBe('<0x61>');
      // What no piece spells is unknown.
      expect([...tokenizer.encode('az').ids]).toEqual([2, 0]);
    }
  });

  test('tokens that do not spell the text are refused, not placed approximately', () => {
    const lying = loadTokenizer(
      { 'tokenizer.json': read('lookups/unigram.json') },
      {
        ...pieceFinders,
        unigram: () => () => [
          { id: 5, length: 1 },
          { id: 6, length: 1 },
        ],
      },
    );
    expect(() => lying.encode('hello there')).toThrow(TokenizerError);
    expect(() => lying.encode('hello there')).toThrow(/do not spell it from .* positions/);
  });
});

describe('refuses, naming what is wrong', () => {
  const unigram = {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['<unk>', 0],
      ['a', -1],
    ],
  };
  const wordPiece = { type: 'WordPiece', unk_token: '[UNK]', vocab: { '[UNK]': 0, a: 1 } };
  const words = { type: 'WhitespaceSplit' };
  test('a fallback to bytes that are no pieces makes a character unknown, as in Rust', () => {
    const tokenizer = load({ model: { ...unigram, byte_fallback: true } });
    expect([...tokenizer.encode('ab').ids]).toEqual([1, 0]);
  });

  test.each<[string, unknown, RegExp]>([
    ['no list of pieces', { model: { ...unigram, vocab: {} } }, /model\.vocab is \{\}, not a list/],
    ['a piece without a score', { model: { ...unigram, vocab: [['a']] } }, /piece 0 is \["a"\]/],
    ['no unknown piece', { model: { ...unigram, unk_id: null } }, /unk_id is null/],
    ['an unknown piece that is none', { model: { ...unigram, unk_id: 9 } }, /unk_id is 9/],
    ['no unknown word', { model: { ...wordPiece, unk_token: 'x' } }, /unk_token is "x"/],
    [
      'an unknown pre_tokenizer',
      { model: wordPiece, pre_tokenizer: { type: 'UnicodeScripts' } },
      /"UnicodeScripts"/,
    ],
    [
      'an invalid table of replacements',
      { model: unigram, normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA!' } },
      /precompiled_charsmap is not a table/,
    ],
    [
      'words that are split at spaces after these were replaced',
      {
        model: unigram,
        normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
        pre_tokenizer: words,
      },
      /WhitespaceSplit after the step that replaces spaces by U\+2581/,
    ],
  ])('%s', (_, json, message) => {
    expect(() => load(json)).toThrow(TokenizerError);
    expect(() => load(json)).toThrow(message);
  });
});

/** Published vectors were computed with special tokens matched in the text; here they are text. */
function encodeWithSpecials(tokenizer: Tokenizer, text: string): number[] {
  return text.split(/(<\/?[a-z]+>|\[[A-Z]+\])/).flatMap(piece => {
    const id = tokenizer.idOf(piece);
    return id !== undefined && tokenizer.isSpecial(id) ? [id] : [...tokenizer.encode(piece).ids];
  });
}

describe.skipIf(!hasShared).each(Object.entries(published))('published: %s', (name, { ids }) => {
  test('has the ids of Rust tokenizers', () => {
    const tokenizer = tokenizerOf(join(shared, 'tokenizers', name));
    expect(differentBatches(strings, ids, text => tokenizer.encode(text).ids)).toEqual([]);
    for (const text of strings.slice(0, sampleOf(200, 2_000))) expectCovered(tokenizer, text);
  });

  test('takes linear time on long runs', () => {
    const tokenizer = tokenizerOf(join(shared, 'tokenizers', name));
    for (const unit of someOf(
      ['中', 'ก็', '👩‍👩‍👧', '🇩🇪', '\u0301', 'é', '\u3000', '½'],
      2,
      name.length,
    )) {
      // Quadratic time would take minutes.
      const text = `a${unit.repeat(50_000)}a`;
      expect(tokenizer.encode(text).byteEnds.at(-1), unit).toBe(encodeUtf8(text).length);
    }
  });
});

describe.skipIf(!hasShared)('published vectors of transformers.js', () => {
  type Vector = { case: string; text: string; ids: number[] };
  const vectors: Record<string, Vector[]> = hasShared
    ? JSON.parse(readFileSync(join(shared, 'tokenizers/vectors/transformers-js.json'), 'utf8'))
    : {};
  test.each([
    ['Xenova/t5-small', 't5-small', 0, 1],
    ['Xenova/bert-base-uncased', 'bert', 1, 1],
  ])('for %s', (name, folder, before, after) => {
    const tokenizer = tokenizerOf(join(shared, 'tokenizers', folder));
    expect(vectors[name]!.length).toBeGreaterThanOrEqual(25);
    for (const { case: kind, text, ids } of vectors[name]!) {
      if (kind === 'TEXT_PAIR') continue;
      expect(encodeWithSpecials(tokenizer, text), JSON.stringify(text)).toEqual(
        ids.slice(before, ids.length - after),
      );
      expectCovered(tokenizer, text);
    }
  });
});
