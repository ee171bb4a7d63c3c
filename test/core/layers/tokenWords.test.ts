// Words as runs of tokens, beside a regular expression over the text before each place.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  continuesWord,
  wordContinuations,
  wordsOf,
  type TokenWords,
} from '../../../src/core/layers/tokenWords';
import { seededRandom } from '../../../src/core/random';
import { decodeUtf8, encodeUtf8 } from '../../../src/core/text/utf8';
import { cutAt, randomCuts } from '../../support/cutEncoding';
import { readGoldenText } from '../../support/goldenTexts';
import { models } from '../../support/paths';
import { seedOr } from '../../support/seed';
import { tokenizerOf } from '../../support/shared';
import { pick } from '../../support/toys';

/** The units' tokens as texts, words in brackets with their number where it is not 1. */
function shown(text: string, ends: number[]): string[] {
  const encoding = cutAt(text, ends);
  const bytes = encodeUtf8(text);
  const { starts, words } = wordsOf(text, encoding);
  return Array.from(words, (count, unit) => {
    const tokens = Array.from({ length: starts[unit + 1]! - starts[unit]! }, (_, i) => {
      const token = starts[unit]! + i;
      return decodeUtf8(bytes.slice(encoding.byteStarts[token], encoding.byteEnds[token])) ?? '?';
    }).join('|');
    return count === 0 ? tokens : `[${tokens}]${count > 1 ? count : ''}`;
  });
}

describe('the units of a text', () => {
  test.each([
    ['ab cd', [2, 5], ['[ab]', '[ cd]']],
    ['ab cd', [1, 3, 5], ['[a|b ]', '[cd]']],
    ['f(x);', [1, 2, 3, 5], ['[f]', '(', '[x]', ');']],
    ['f(x);', [3, 5], ['[f(x]2', ');']],
    ['a b', [3], ['[a b]2']],
    [' \n', [1, 2], [' ', '\n']],
    ['é1!', [1, 2, 3, 4], ['[?|?|1]', '!']],
    ['a b', [1, 1, 3], ['[a]', '', '[ b]']],
    ['', [], []],
  ])('%j cut at %j', (text, ends, units) => {
    expect(shown(text, ends)).toEqual(units);
  });
});

/** What must hold of any text and any tokens. */
function check(text: string, ends: Uint32Array, found: TokenWords) {
  const { starts, words, from, to, open } = found;
  const tokens = ends.length;
  const tokenStarts = Array.from(ends, (_, i) => (i === 0 ? 0 : ends[i - 1]!));
  expect(starts[0] ?? 0).toBe(0);
  expect(starts.at(-1)).toBe(tokens);
  const spans = Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+/gu), match => {
    const before = encodeUtf8(text.slice(0, match.index)).length;
    return [before, before + encodeUtf8(match[0]).length] as const;
  });
  expect(words.reduce((sum, count) => sum + count, 0)).toBe(spans.length);
  for (let unit = 0; unit < words.length; unit++) {
    const [first, last] = [starts[unit]!, starts[unit + 1]! - 1];
    expect(last).toBeGreaterThanOrEqual(first);
    const [start, end] = [tokenStarts[first]!, ends[last]!];
    const own = spans.filter(([a, b]) => a < end && b > start);
    expect(words[unit]).toBe(own.length);
    if (own.length === 0) {
      expect([first, from[unit], to[unit]]).toEqual([last, start, end]);
      continue;
    }
    expect([from[unit], to[unit]]).toEqual([own[0]![0], own.at(-1)![1]]);
    // Every boundary of tokens inside the unit is inside a word: it could not be cut further.
    for (let token = first; token < last; token++)
      expect(own.some(([a, b]) => a < ends[token]! && ends[token]! < b)).toBe(true);
  }
  const inside = new Set<number>();
  for (const [a, b] of spans) for (let at = a + 1; at <= b; at++) inside.add(at);
  const places = [0, ...ends].slice(0, tokens + 1);
  expect([...open]).toEqual(places.map(at => (inside.has(at) ? 1 : 0)));
}

test('random texts with random tokens', () => {
  const random = seededRandom(seedOr(51));
  const characters = Array.from('aab1é字٣ \n.(_😀');
  for (let round = 0; round < 500; round++) {
    const text = Array.from({ length: 14 }, () => pick(random, characters)).join('');
    const encoding = randomCuts(text, random);
    check(text, encoding.byteEnds, wordsOf(text, encoding));
  }
});

describe('the built-in tokenizer', () => {
  const tokenizer = tokenizerOf(join(models, 'coder'));

  test.each(['python.py.txt', 'scripts.md.txt'])('%s', name => {
    const text = readGoldenText(name).slice(0, 3000);
    const encoding = tokenizer.encode(text);
    check(text, encoding.byteEnds, wordsOf(text, encoding));
  });

  test('a token goes on with a word if it begins with a letter, a mark or a digit', () => {
    const continues = wordContinuations(tokenizer);
    expect(continues).toHaveLength(tokenizer.vocabSize);
    const wrong = Array.from(continues, (found, id) => {
      const text = decodeUtf8(tokenizer.bytesOf(id));
      if (text === undefined) return [];
      const expected = !tokenizer.isSpecial(id) && /^[\p{L}\p{M}\p{N}]/u.test(text);
      return found === (expected ? 1 : 0) ? [] : [text];
    });
    expect(wrong.flat()).toEqual([]);
  });
});

describe('bytes that go on with a word', () => {
  test.each([
    [[0x61], true],
    [[0x5f], false],
    [[0x20, 0x61], false],
    [[0xcc, 0x81], true], // a mark
    [[0xe4, 0xb8], true], // most of U+4E00 to U+4E3F
    [[0xe4], true],
    [[0xc3], true],
    [[0xc2], false], // controls and signs
    [[0xe2, 0x80], false], // dashes and quotation marks
    [[0xe0], true], // scripts of India
    [[0xf0], false],
    [[0xf0, 0x9f], false], // emoji
    [[0xf0, 0xa0], true], // more Han
    [[0x80], true], // inside a character
    [[0xf5], false],
    [[0xff], false],
    [[], false],
  ])('%j: %j', (bytes, expected) => {
    expect(continuesWord(Uint8Array.from(bytes))).toBe(expected);
  });

  test('special tokens end a word, whatever their name', () => {
    const tokenizer = {
      vocabSize: 2,
      bytesOf: () => encodeUtf8('end'),
      isSpecial: (id: number) => id === 1,
    } as unknown as Parameters<typeof wordContinuations>[0];
    expect([...wordContinuations(tokenizer)]).toEqual([1, 0]);
  });
});
