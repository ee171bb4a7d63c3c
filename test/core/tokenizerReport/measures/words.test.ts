// Words by rule, their lengths beside those of tokens, and how many boundaries survive edits.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import {
  applyEdits,
  EDIT_KINDS,
  randomEdits,
  type Edit,
} from '../../../../src/core/tokenizerReport/measures/edits';
import {
  RobustnessCounts,
  survivalOf,
} from '../../../../src/core/tokenizerReport/measures/robustness';
import {
  eachUnicodeWord,
  LengthCounts,
  LONGEST,
} from '../../../../src/core/tokenizerReport/measures/words';
import { cutAt, randomCuts } from '../../../support/cutEncoding';
import { golden, models } from '../../../support/paths';
import { seedOr } from '../../../support/seed';
import { tokenizerOf } from '../../../support/shared';
import { pick, randomOf } from '../../../support/toys';

const wordsOf = (text: string) => {
  const words: string[] = [];
  eachUnicodeWord(text, (start, end, from, to) => {
    const word = text.slice(start, end);
    const before = encodeUtf8(text.slice(0, start)).length;
    expect([from, to]).toEqual([before, before + encodeUtf8(word).length]);
    words.push(word);
  });
  return words;
};
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
const segmentsOf = (line: string) =>
  Array.from(segmenter.segment(line)).flatMap(each => (each.isWordLike ? [each.segment] : []));

describe('words by rule', () => {
  test.each([
    ["it's 3.14, and 1,000; end.", ["it's", '3.14', 'and', '1,000', 'end']],
    ['a_b x1 .5 e\u0301t', ['a_b', 'x1', '5', 'e\u0301t']],
    ["'quoted' a..b a.1 1.a", ['quoted', 'a', 'b', 'a', '1', '1', 'a']],
    ['日本 ひ カナ𐌰x', ['日', '本', 'ひ', 'カナ𐌰x']],
    ['', []],
  ])('%j', (text, words) => expect(wordsOf(text)).toEqual(words));

  test.each(['python.py.txt', 'typescript.ts.txt'])('%s: those of Intl.Segmenter', name => {
    const lines = readFileSync(join(golden, 'texts', name), 'utf8')
      .split('\n')
      .slice(0, 200);
    for (const line of lines) {
      const plain = line.replace(/[^\x20-\x7e]/g, ' ');
      expect(wordsOf(plain), line).toEqual(segmentsOf(plain));
    }
  });
});

describe('random texts', () => {
  const characters = Array.from("aab1é\u0301字ひ𐌰٣__..',: 😀\ud800");
  const randomText = (random: () => number) =>
    Array.from({ length: 12 }, () => pick(random, characters)).join('');

  test('words: the same as character by character', () => {
    const random = randomOf(seedOr(27));
    const classOf = (character = '') =>
      /[\p{L}\p{M}]/u.test(character) ? 'letter' : /\p{N}/u.test(character) ? 'number' : 'other';
    for (let round = 0; round < 2000; round++) {
      const text = randomText(random);
      const all = Array.from(text);
      const expected: string[] = [];
      let isOpen = false;
      for (const [i, character] of all.entries()) {
        const [before, own, after] = [all[i - 1], character, all[i + 1]].map(classOf);
        const isWord = /[\p{Script=Han}\p{Script=Hiragana}]/u.test(character);
        const middle = before === 'letter' ? /[.']/ : before === 'number' ? /[.',]/ : /(?!)/;
        const isIn = own !== 'other' || character === '_';
        if (isIn && (isWord || !isOpen)) expected.push(character);
        else if (isIn) expected.push(expected.pop()! + character);
        else if (isOpen && before === after && middle.test(character))
          expected.push(expected.pop()! + character);
        else isOpen = false;
        if (isIn) isOpen = !isWord;
      }
      expect(wordsOf(text), JSON.stringify(text)).toEqual(expected);
    }
  });

  test('tokens: as many characters as begin in them', () => {
    const random = randomOf(seedOr(28));
    for (let round = 0; round < 500; round++) {
      const text = randomText(random);
      const encoding = randomCuts(text, random);
      const counts = new LengthCounts();
      counts.add(text, encoding);
      const expected = new Array<number>(LONGEST + 1).fill(0);
      let at = 0;
      const begins = Array.from(text, each => (at += encodeUtf8(each).length));
      begins.unshift(0);
      encoding.byteEnds.forEach((end, i) => {
        const own = begins.filter(begin => begin >= encoding.byteStarts[i]! && begin < end);
        expected[Math.min(LONGEST, own.length)]!++;
      });
      expect(counts.result().tokens, JSON.stringify(text)).toEqual(expected);
    }
  });
});

test('lengths are in characters, and a character is in the token that it begins in', () => {
  const counts = new LengthCounts();
  // é is cut, 𐌰 too: ' é' | x 𐌰 | ...
  counts.add('é x𐌰 go', cutAt('é x𐌰 go', [1, 3, 5, 8, 11]));
  counts.add('y'.repeat(30), cutAt('y'.repeat(30), [0, 30]));
  const { words, tokens, tokensPerWord, meanWord, meanToken } = counts.result();
  const at = (list: readonly number[]) => list.flatMap((count, i) => (count ? [[i, count]] : []));
  expect(at(words)).toEqual([
    [1, 1],
    [2, 2],
    [LONGEST, 1],
  ]);
  // é, ' ', x and the beginning of 𐌰, its end with nothing, ' go'; nothing, and 30 letters.
  expect(at(tokens)).toEqual([
    [0, 2],
    [1, 2],
    [2, 1],
    [3, 1],
    [LONGEST, 1],
  ]);
  expect(at(tokensPerWord)).toEqual([
    [1, 2],
    [2, 2],
  ]);
  expect([meanWord, meanToken]).toEqual([35 / 4, 37 / 7]);
  expect(new LengthCounts().result()).toMatchObject({ meanWord: null, meanToken: null });
});

describe('edits', () => {
  const text = 'the Quick brown 𐌰𐌰 über foxes 123 jump over été';

  test.each(EDIT_KINDS)('%s: apart, inside their words, the same for the same seed', kind => {
    let count = 0;
    for (let seed = 0; seed < 50; seed++) {
      const edits = randomEdits(text, kind, 0.8, seed);
      expect(edits).toEqual(randomEdits(text, kind, 0.8, seed));
      let at = 0;
      for (const { start, end, by, wordStart, wordEnd } of edits) {
        expect(start).toBeGreaterThanOrEqual(at);
        expect(start).toBeGreaterThanOrEqual(wordStart - 1);
        expect(end).toBeLessThanOrEqual(wordEnd);
        expect(by).not.toBe(text.slice(start, end));
        at = end;
        count++;
      }
      const edited = applyEdits(text, edits);
      expect(edited).not.toMatch(/\p{Cs}/u);
      const plain = (each: string) =>
        kind === 'case' ? each.toLowerCase() : each.replace(/ /g, '');
      if (kind !== 'character') expect(plain(edited)).toBe(plain(text));
    }
    expect(count).toBeGreaterThan(100);
  });

  test('a rate of nothing edits nothing', () => {
    expect(randomEdits(text, 'character', 0, 1)).toEqual([]);
    expect(applyEdits(text, [])).toBe(text);
  });
});

describe('boundaries that survive', () => {
  test('are where they were, or moved with the text', () => {
    const word = { wordStart: 3, wordEnd: 7 };
    const replaced: Edit = { start: 4, end: 5, by: 'é', ...word };
    // 'ab cdef gh' becomes 'ab cédef gh', a byte longer after the edit.
    const ends = [1, 3, 5, 7, 10];
    expect(survivalOf('ab cdef gh', [replaced], ends, [1, 3, 6, 9, 11])).toEqual({
      edits: 1,
      boundaries: 4,
      survived: 3,
      near: 3,
      nearSurvived: 2,
    });
    const inserted: Edit = { start: 5, end: 5, by: 'x', ...word };
    // What is at the place of an insertion is neither before nor after it.
    expect(survivalOf('ab cdef gh', [inserted], ends, [1, 5, 8, 11])).toEqual({
      edits: 1,
      boundaries: 3,
      survived: 2,
      near: 2,
      nearSurvived: 1,
    });
  });

  test('random edits and cuts: as a map from the bytes of one text to those of the other', () => {
    const random = randomOf(seedOr(26));
    for (let round = 0; round < 400; round++) {
      const text = Array.from({ length: 14 }, () =>
        pick(random, ['a', 'é', 'B', '𐌰', ' ', '.']),
      ).join('');
      const edits = randomEdits(text, pick(random, EDIT_KINDS), 0.7, round);
      const edited = applyEdits(text, edits);
      const [ends, others] = [text, edited].map(each => randomCuts(each, random).byteEnds);
      const length = (from: number, to: number) => encodeUtf8(text.slice(from, to)).length;
      // [byte offset]: where it is in the edited text.
      const places = new Map<number, number>();
      const inserted = new Set<number>();
      let [at, to, index] = [0, 0, 0];
      const keep = (end: number) => {
        const kept = length(index, end);
        for (let i = 0; i <= kept; i++) places.set(at + i, to + i);
        [at, to, index] = [at + kept, to + kept, end];
      };
      for (const { start, end, by } of edits) {
        keep(start);
        if (start === end) inserted.add(at);
        at += length(start, end);
        to += encodeUtf8(by).length;
        index = end;
      }
      keep(text.length);
      for (const place of inserted) places.delete(place);
      const inside = [...ends!].filter(end => end < (ends!.at(-1) ?? 0) && places.has(end));
      const found = survivalOf(text, edits, ends!, others!);
      expect(found.boundaries, JSON.stringify([text, edits])).toBe(inside.length);
      expect(found.survived).toBe(inside.filter(end => others!.includes(places.get(end)!)).length);
      expect(found.near).toBeLessThanOrEqual(found.boundaries);
    }
  });

  test('all of them with a token for each byte, most of them with the code model', () => {
    const text = readFileSync(join(golden, 'texts/python.py.txt'), 'utf8').slice(0, 5000);
    const bytes = {
      encode: (each: string) =>
        cutAt(
          each,
          Array.from(encodeUtf8(each), (_, i) => i + 1),
        ),
    } as Tokenizer;
    const shares = (tokenizer: Tokenizer) => {
      const counts = new RobustnessCounts(tokenizer, 3, 0.1);
      counts.add(text);
      counts.add(text.slice(0, 1000));
      return counts.result();
    };
    for (const { share, nearShare } of shares(bytes)) expect([share, nearShare]).toEqual([1, 1]);
    for (const row of shares(tokenizerOf(join(models, 'coder')))) {
      expect(row.edits, row.kind).toBeGreaterThan(20);
      expect(row.share).toBeGreaterThan(0.85);
      expect(row.nearShare).toBeLessThan(row.share!);
    }
    expect(new RobustnessCounts(bytes, 1).result()).toEqual([]);
    // Texts of one word, of which a tenth is edited and not all or none.
    const short = new RobustnessCounts(bytes, 1, 0.1);
    for (let i = 0; i < 1000; i++) short.add('words');
    expect(short.result().find(({ kind }) => kind === 'case')!.edits).toBeGreaterThan(50);
    expect(short.result().find(({ kind }) => kind === 'case')!.edits).toBeLessThan(200);
  });
});
