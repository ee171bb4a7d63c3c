// Tokens by Unicode script: against a slow definition, on toys and on texts in 33 languages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scriptNames, scriptOf } from '../../../../src/core/text/unicodeScripts';
import type { Encoding } from '../../../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import {
  bestBytesPerToken,
  isOverSegmented,
  ScriptCounts,
  type ScriptWord,
} from '../../../../src/core/tokenizerReport/measures/scripts';
import { parityOf } from '../../../../src/core/tokenizerReport/measures/parity';
import { parallelTexts } from '../../../../src/core/tokenizerReport/parallelTexts';
import { cutAt, randomCuts } from '../../../support/cutEncoding';
import { seedOr } from '../../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { pick, randomOf } from '../../../support/toys';

/** Script, tokens, bytes, characters, words. */
const countsOf = (...texts: [text: string, ends: readonly number[]][]) => {
  const counts = new ScriptCounts();
  for (const [text, ends] of texts) counts.add(text, cutAt(text, ends));
  const rows = counts
    .result()
    .rows.map(row => [row.script, row.tokens, row.bytes, row.characters, row.words] as const);
  // Those with as many tokens are in no particular order.
  return rows.toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
};

describe('the script of a character', () => {
  test.each([
    ['a', 'Latin'],
    ['é', 'Latin'],
    ['\u0301', 'Inherited'],
    ['7', 'Common'],
    ['я', 'Cyrillic'],
    ['न', 'Devanagari'],
    ['字', 'Han'],
    ['𐌰', 'Gothic'],
    ['\ud800', 'Unknown'],
    ['\ue000', 'Unknown'],
  ])('%j is %s', (character, script) => {
    expect(scriptNames[scriptOf(character.codePointAt(0)!)]).toBe(script);
  });

  test('every assigned character has one', () => {
    const without: string[] = [];
    for (let code = 0; code < 0x20000; code++) {
      const character = String.fromCodePoint(code);
      if (/[\p{Cn}\p{Co}\p{Cs}]/u.test(character) || (code & 0xff) > 0x8f) continue;
      if (scriptNames[scriptOf(code)] === 'Unknown') without.push(code.toString(16));
    }
    expect(without).toEqual([]);
  });
});

describe('tokens by script', () => {
  test('a token belongs to its first character that has a script, and so do its blanks', () => {
    expect(countsOf(['go я1', [2, 5, 6]])).toEqual([
      ['Common', 1, 1, 0, 0],
      ['Cyrillic', 1, 3, 1, 1],
      ['Latin', 1, 2, 2, 1],
    ]);
  });

  test('tokens inside a character belong to its script, and marks to the word before them', () => {
    expect(countsOf(['न', [1, 2, 3]], ['न e\u0301a', [3, 8]])).toEqual([
      ['Devanagari', 4, 6, 2, 2],
      ['Latin', 1, 5, 3, 1],
    ]);
  });

  test('a token without bytes is counted, and a word ends where the script changes', () => {
    expect(countsOf(['aя', [0, 1, 3, 3]])).toEqual([
      ['Latin', 2, 1, 1, 1],
      ['Common', 1, 0, 0, 0],
      ['Cyrillic', 1, 2, 1, 1],
    ]);
  });

  test('disparities are to the best script with enough tokens', () => {
    const counts = new ScriptCounts();
    const latin = 'abcd '.repeat(100);
    counts.add(
      latin,
      cutAt(
        latin,
        Array.from(latin.matchAll(/ /g), ({ index }) => index + 1),
      ),
    );
    // One token of ten bytes is too few to be the best.
    counts.add('ααααα', cutAt('ααααα', [10]));
    const greek = counts.result();
    expect(greek.best).toBe('Latin');
    expect(greek.rows[1]).toMatchObject({ script: 'Greek', disparity: 0.5, wordDisparity: 1 });
    const thai = 'ก'.repeat(50);
    counts.add(
      thai,
      cutAt(
        thai,
        Array.from({ length: 50 }, (_, i) => 3 * i + 3),
      ),
    );
    const row = counts.result().rows.find(({ script }) => script === 'Thai')!;
    expect(row.disparity).toBeCloseTo(5 / 3, 12);
    expect([row.tokensPerCharacter, row.tokensPerWord, row.wordDisparity]).toEqual([1, null, null]);
  });

  test('no text and no letters', () => {
    expect(new ScriptCounts().result()).toEqual({ best: null, rows: [] });
    const counts = new ScriptCounts();
    counts.add('12', cutAt('12', [2]));
    const report = counts.result();
    expect(report).toMatchObject({ best: null, rows: [{ script: 'Common', disparity: 1 }] });
    expect(bestBytesPerToken(report)).toBeUndefined();
  });

  test('random texts: the same as asking for every byte of every token', () => {
    const random = randomOf(seedOr(21));
    for (let round = 0; round < 300; round++) {
      const characters = Array.from({ length: 12 }, () =>
        pick(random, ['a', 'b', 'é', '\u0301', 'я', 'न', 'ा', '字', '𐌰', ' ', '1', '\ud800']),
      );
      const text = characters.join('').replace(/\ud800(?=[\udc00-\udfff])/g, '');
      const encoding = withEmpty(randomCuts(text, random), text, random);
      const counts = new ScriptCounts();
      counts.add(text, encoding);
      const scripts: string[] = [];
      let previous = 'Common';
      for (const character of text) {
        const own = scriptNames[scriptOf(character.codePointAt(0)!)]!;
        previous = own === 'Inherited' ? previous : own;
        for (const _ of encodeUtf8(character)) scripts.push(previous);
      }
      const expected = new Map<string, [tokens: number, bytes: number]>();
      encoding.byteStarts.forEach((start, token) => {
        const touched = scripts.slice(start, encoding.byteEnds[token]);
        // One without bytes before the text is of its first character.
        const first = encoding.byteEnds[token] === 0 ? scripts.slice(0, 1) : touched;
        const script = first.find(each => each !== 'Common') ?? 'Common';
        const [tokens, bytes] = expected.get(script) ?? [0, 0];
        expected.set(script, [tokens + 1, bytes + touched.length]);
      });
      const found = counts.result().rows.map(row => [row.script, [row.tokens, row.bytes]]);
      expect(Object.fromEntries(found), JSON.stringify(text)).toEqual(Object.fromEntries(expected));
    }
  });
});

/** The same with a few tokens without bytes. */
const withEmpty = ({ byteEnds }: Encoding, text: string, random: () => number) =>
  cutAt(
    text,
    [...(random() < 0.2 ? [0] : []), ...byteEnds].flatMap(end =>
      random() < 0.1 ? [end, end] : [end],
    ),
  );

const wordsOf = (text: string, encoding: Encoding, minTokens?: number) => {
  const words: ScriptWord[] = [];
  new ScriptCounts().add(text, encoding, undefined, word => words.push(word), minTokens);
  return words;
};

describe('words by script', () => {
  test('of at least three tokens', () => {
    // nice | ' П' р и в е т | ' и' | ' ' д я я
    const text = 'nice Привет и я';
    const encoding = cutAt(text, [4, 7, 9, 11, 13, 15, 17, 20, 21, 22, 23]);
    const long = { start: 5, end: 11, script: 'Cyrillic', tokens: 6, bytes: 12 };
    expect(wordsOf(text, encoding)).toEqual([long]);
    expect(wordsOf(text, encoding, 2)).toEqual([
      long,
      { start: 14, end: 15, script: 'Cyrillic', tokens: 2, bytes: 2 },
    ]);
  });

  test('are cut finely with more than twice the tokens per byte', () => {
    const word = { tokens: 6, bytes: 12 };
    expect(isOverSegmented(word, 4.1)).toBe(true);
    expect(isOverSegmented(word, 3.9)).toBe(false);
    expect(isOverSegmented(word, 3.9, 1.5)).toBe(true);
  });

  test('a token across two words is one of both', () => {
    expect(wordsOf('ab cd', cutAt('ab cd', [1, 4, 5]), 2)).toEqual([
      { start: 0, end: 2, script: 'Latin', tokens: 2, bytes: 2 },
      { start: 3, end: 5, script: 'Latin', tokens: 2, bytes: 2 },
    ]);
  });

  test('random texts: the same as character by character', () => {
    const random = randomOf(seedOr(33));
    // Signs of a script that are no letters too.
    const characters = 'a b é \u0301 я न ा 字 𐌰 1 ٣ _ . Å ⠿ ⅷ'.split(' ').concat(' ', 'a', 'b');
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: 10 }, () => pick(random, characters)).join('');
      const encoding = withEmpty(randomCuts(text, random), text, random);
      const expected: ScriptWord[] = [];
      let previous = 'Common';
      let [index, byte] = [0, 0];
      for (const character of text) {
        let script = scriptNames[scriptOf(character.codePointAt(0)!)]!;
        if (script === 'Inherited') script = previous;
        const { length } = encodeUtf8(character);
        if (script !== 'Common') {
          const open = script === previous ? expected.pop()! : undefined;
          const from = byte - (open?.bytes ?? 0);
          const to = byte + length;
          expected.push({
            start: open?.start ?? index,
            end: index + character.length,
            script,
            tokens: encoding.byteEnds.filter((end, i) => end > from && encoding.byteStarts[i]! < to)
              .length,
            bytes: to - from,
          });
        }
        previous = script;
        index += character.length;
        byte += length;
      }
      expect(wordsOf(text, encoding, 1), JSON.stringify(text)).toEqual(expected);
    }
  });
});

describe('parallel texts', () => {
  test('are four paragraphs in each of 33 languages', () => {
    expect(new Set(parallelTexts.map(({ language }) => language)).size).toBe(33);
    for (const { text } of parallelTexts) expect(text.split('\n')).toHaveLength(4);
  });

  test('parity is to the reference, the most tokens first', () => {
    const texts = [
      { language: 'A', text: 'abc' },
      { language: 'B', text: 'abcdef' },
    ];
    const rows = parityOf(texts, 'A', text => text.length);
    expect(rows.map(({ language, parity }) => [language, parity])).toEqual([
      ['B', 2],
      ['A', 1],
    ]);
    expect(parityOf(texts, 'C', text => text.length)[0]!.parity).toBeNull();
  });

  test.skipIf(!hasShared)('GPT-2 takes more tokens for every script but Latin', () => {
    const gpt2 = tokenizerOf(join(shared, 'tokenizers/gpt2'));
    const file = join(shared, 'text/udhr/udhr.json');
    const udhr = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>;
    const texts = Object.entries(udhr).map(([language, text]) => ({
      language,
      text: text.join('\n'),
    }));
    const counts = new ScriptCounts();
    const latin = /^(eng|deu|fra|spa|por|ita|vie|ind|tur|swh|fin|hun|pol|yor)/;
    const rows = parityOf(texts, 'eng', text => gpt2.encode(text).ids.length);
    for (const { language, text } of texts) {
      if (language === 'eng' || !latin.test(language)) counts.add(text, gpt2.encode(text));
    }
    const { best, rows: scripts } = counts.result();
    expect(best).toBe('Latin');
    for (const { script, disparity } of scripts) {
      if (script !== 'Latin') expect(disparity, script).toBeGreaterThan(2);
    }
    const names = rows.map(({ language }) => language);
    expect(names.slice(0, 5)).toEqual(['mya', 'tam', 'kat', 'khm', 'tel']);
    expect(names.at(-1)).toBe('eng');
    const others = rows.filter(({ language }) => !latin.test(language));
    expect(Math.min(...others.map(({ parity }) => parity!))).toBeGreaterThan(2.5);
    expect(rows[0]!.parity).toBeCloseTo(21.15, 2);
  });
});

test('punctuation is of no script, also where one script alone has it', () => {
  const names = Array.from('ሰ፡ሁ።', character => scriptNames[scriptOf(character.codePointAt(0)!)]);
  expect(names).toEqual(['Ethiopic', 'Common', 'Ethiopic', 'Common']);
});
