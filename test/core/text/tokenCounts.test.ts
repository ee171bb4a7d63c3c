// Counts of tokens by group, and their tables.
import { describe, expect, test } from 'vitest';
import {
  byTokens,
  foldersOf,
  formatRate,
  sumOf,
  sumsBy,
  tokenCountTable,
  type FileTokens,
} from '../../../src/core/text/tokenCounts';
import { addSizes, emptySize, ratesOf, textSizeOf } from '../../../src/core/text/textSize';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';
import { pick, randomOf } from '../../support/toys';

const file = (path: string, language: string, tokens: number, second?: number): FileTokens => ({
  path,
  language,
  tokens,
  bytes: 10 * tokens,
  characters: 5 * tokens,
  words: 2 * tokens,
  ...(second !== undefined && { second }),
});
const files = [
  file('a/b/x.ts', 'TypeScript', 7),
  file('a/y.py', 'Python', 100),
  file('z.ts', 'TypeScript', 20),
];

describe('the size of a text', () => {
  test.each([
    ['', 0, 0, 0],
    ['a  bc\n', 6, 6, 2],
    [' é🙂 ', 8, 4, 1],
    ['\ud83da\ude00', 7, 3, 1],
    ['a\u00a0b\tc', 6, 5, 3],
  ])('%j has %d bytes, %d characters and %d words', (text, bytes, characters, words) => {
    expect(textSizeOf(text)).toEqual({ bytes, characters, words });
  });

  test('every UTF-16 unit, and random texts: as by the definition', () => {
    const expected = (text: string) => ({
      bytes: encodeUtf8(text).length,
      characters: Array.from(text).length,
      words: text.match(/\S+/g)?.length ?? 0,
    });
    for (let unit = 0; unit < 0x10000; unit++) {
      const text = `a${String.fromCharCode(unit)}b`;
      if (textSizeOf(text).words !== expected(text).words) expect.fail(`U+${unit.toString(16)}`);
    }
    const random = randomOf(seedOr(4));
    const characters = [
      'a',
      'é',
      '字',
      '𐌰',
      ' ',
      '\n',
      '\u3000',
      '\u0085',
      '\ufeff',
      '\ud800',
      '\udc00',
    ];
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: 8 }, () => pick(random, characters)).join('');
      expect(textSizeOf(text), JSON.stringify(text)).toEqual(expected(text));
    }
  });

  test('sizes add up, and rates say how many of one come to the other', () => {
    const one = { bytes: 12, characters: 6, words: 3 };
    expect(addSizes(one, { bytes: 1, characters: 20, words: 300 })).toEqual({
      bytes: 13,
      characters: 26,
      words: 303,
    });
    expect(ratesOf(24, one)).toEqual({
      tokensPerWord: 8,
      tokensPerCharacter: 4,
      bytesPerToken: 0.5,
    });
    const nothing = { tokensPerWord: NaN, tokensPerCharacter: NaN, bytesPerToken: NaN };
    expect(ratesOf(0, emptySize)).toEqual(nothing);
  });
});

describe('sums', () => {
  test('are over all files of a group, the one with most tokens first', () => {
    expect(sumsBy(files, ({ language }) => [language])).toEqual([
      { name: 'Python', files: 1, tokens: 100, bytes: 1000, characters: 500, words: 200 },
      { name: 'TypeScript', files: 2, tokens: 27, bytes: 270, characters: 135, words: 54 },
    ]);
    expect(sumsBy(files, foldersOf).map(({ name, tokens }) => [name, tokens])).toEqual([
      ['a/', 107],
      ['a/b/', 7],
    ]);
    expect(foldersOf(files[2]!)).toEqual([]);
    expect(sumsBy([], foldersOf)).toEqual([]);
    expect([...files].sort(byTokens).map(({ tokens }) => tokens)).toEqual([100, 20, 7]);
  });

  test('have those of a second tokenizer where one counted', () => {
    const some = [file('a', 'x', 1, 4), file('b', 'x', 1), file('c', 'x', 1, 5)];
    expect(sumOf('all', some)).toMatchObject({ files: 3, tokens: 3, second: 9 });
    expect('second' in sumOf('all', files)).toBe(false);
  });
});

describe('a table', () => {
  test('has tokens and rates', () => {
    expect(tokenCountTable('language', [sumOf('all', files)])).toEqual([
      ['language', 'files', 'tokens', 'per word', 'per char', 'bytes each'],
      ['all', '3', '127', '0.50', '0.20', '10.00'],
    ]);
    const { path: name, tokens, bytes, characters, words } = files[0]!;
    expect(tokenCountTable('file', [{ name, tokens, bytes, characters, words }])).toEqual([
      ['file', 'tokens', 'per word', 'per char', 'bytes each'],
      ['a/b/x.ts', '7', '0.50', '0.20', '10.00'],
    ]);
  });

  test('has a second tokenizer’s beside them, and a dash where nothing is known', () => {
    const sums = [sumOf('a', [file('a', 'x', 4, 6)]), sumOf('b', [file('b', 'x', 0)])];
    expect(tokenCountTable('group', sums)).toEqual([
      ['group', 'files', 'tokens', 'second', 'ratio', 'per word', 'per char', 'bytes each'],
      ['a', '1', '4', '6', '1.50', '0.50', '0.20', '10.00'],
      ['b', '1', '0', '', '–', '–', '–', '–'],
    ]);
    expect([0.125, NaN, Infinity].map(formatRate)).toEqual(['0.13', '–', '–']);
  });
});
