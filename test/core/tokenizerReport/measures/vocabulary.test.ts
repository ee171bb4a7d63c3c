// What vocabularies are made of: small ones by hand, published ones beside what Qtok says of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scriptNames, scriptOf } from '../../../../src/core/text/unicodeScripts';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { alphabetsOf } from '../../../../src/core/tokenizerReport/measures/alphabets';
import {
  classOf,
  entriesOf,
  withoutBlank,
} from '../../../../src/core/tokenizerReport/measures/entries';
import {
  overlapOf,
  vocabularyReport,
} from '../../../../src/core/tokenizerReport/measures/vocabulary';
import { cutAt } from '../../../support/cutEncoding';
import { golden } from '../../../support/paths';
import { seedOr } from '../../../support/seed';
import { pick, randomOf } from '../../../support/toys';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';

/** Of entries alone; a string with characters above U+00FF is its UTF-8, others are bytes. The last one is special. */
function vocabularyOf(...entries: (string | Uint8Array)[]): Tokenizer {
  const bytes = entries.map(entry => (typeof entry === 'string' ? encodeUtf8(entry) : entry));
  return {
    name: '',
    vocabSize: entries.length,
    normalizer: 'none',
    limitation: '',
    boundaries: undefined,
    encode: () => cutAt('', []),
    bytesOf: id => bytes[id]!,
    idOf: () => undefined,
    isSpecial: id => id === entries.length - 1,
  };
}

const qtok = JSON.parse(readFileSync(join(golden, 'qtok.json'), 'utf8')) as Record<
  string,
  { scripts: Record<string, number>; notUtf8: number }
>;
const opened = new Map<string, Tokenizer>();
function published(name: string): Tokenizer {
  const tokenizer = opened.get(name) ?? tokenizerOf(join(shared, 'tokenizers', name));
  opened.set(name, tokenizer);
  return tokenizer;
}

describe('the class of an entry', () => {
  test.each([
    ['word', 'letters'],
    [' word', 'letters'],
    ['  word', 'mixed'],
    ['a\u0301', 'letters'],
    ['123', 'digits'],
    [' ', 'white space'],
    [' \n', 'white space'],
    [' +=', 'punctuation'],
    ['a1', 'mixed'],
    ['\u0000', 'control'],
    ['\u200b', 'control'],
    ['\ufeff', 'control'],
  ])('%j: %s', (text, name) => expect(classOf(text)).toBe(name));

  test('bytes are those that are no UTF-8, and special is what the tokenizer says', () => {
    const tokenizer = vocabularyOf('a', Uint8Array.of(0xc3), '\ufeffa', '', '<s>');
    const found = [...entriesOf(tokenizer)].map(({ id, text, class: name }) => [id, text, name]);
    expect(found).toEqual([
      [0, 'a', 'letters'],
      [1, undefined, 'bytes'],
      [2, '\ufeffa', 'mixed'],
      [4, '<s>', 'special'],
    ]);
  });
});

describe('a vocabulary', () => {
  const tokenizer = vocabularyOf(
    'it',
    ' it',
    'It',
    ' IT',
    'я',
    'яa',
    ' ',
    '\n',
    '1',
    '1',
    Uint8Array.of(0xc3),
    '',
    '<s>',
  );
  const report = vocabularyReport(tokenizer);

  test('has entries by class and by script, special ones apart', () => {
    expect(report).toMatchObject({ size: 13, entries: 12 });
    const counts = Object.fromEntries(report.classes.map(each => [each.class, each.entries]));
    expect(counts).toEqual({
      letters: 6,
      digits: 2,
      punctuation: 0,
      'white space': 2,
      control: 0,
      mixed: 0,
      bytes: 1,
      special: 1,
    });
    const scripts = Object.fromEntries(report.scripts.map(each => [each.script, each.entries]));
    expect(scripts).toEqual({ Latin: 4, Cyrillic: 1, several: 1, Common: 4 });
  });

  test('has duplicates: exact, up to blanks, case, both', () => {
    expect(report.duplicates).toEqual({
      exact: 1,
      blanks: 2,
      case: 3,
      both: 4,
      examples: [
        [0, 1, 2, 3],
        [8, 9],
      ],
    });
  });

  test('overlaps another one by bytes', () => {
    const other = vocabularyOf('it', '1', Uint8Array.of(0xc3), 'x', '<s>');
    expect(overlapOf(tokenizer, other)).toEqual({ first: 10, second: 4, both: 3, jaccard: 3 / 11 });
    expect(overlapOf(other, tokenizer).jaccard).toBe(3 / 11);
    expect(overlapOf(vocabularyOf(), vocabularyOf('<s>')).jaccard).toBeNull();
  });

  test('covers an alphabet if each of its letters is a token', () => {
    // a, b and c; then б.
    const [latin, both] = alphabetsOf(vocabularyOf('a', ' b', 'ab', 'aб', 'd', 'c'), {
      en: '2p 3',
      bg: '2p 1 r3 1',
    });
    expect(latin).toEqual({
      code: 'en',
      language: 'English',
      characters: 3,
      single: 2,
      entries: 3,
    });
    expect(both).toMatchObject({ characters: 2, single: 1, entries: 2 });
  });
});

test('seventy random alphabets: the same as asking each for every entry', () => {
  const random = randomOf(seedOr(30));
  const letters = Array.from('abcdeабв字𐌰');
  const own = Array.from({ length: 70 }, () => letters.filter(() => random() < 0.7));
  const rangesOf = (each: readonly string[]) => {
    let at = 0;
    const codes = each.map(letter => letter.codePointAt(0)!);
    return codes
      .map(code => {
        const skip = code - at;
        at = code + 1;
        return `${skip.toString(36)} 1`;
      })
      .join(' ');
  };
  const code = (i: number) => `a${String.fromCharCode(0x61 + (i % 26), 0x61 + Math.floor(i / 26))}`;
  const alphabets = Object.fromEntries(own.map((each, i) => [code(i), rangesOf(each)]));
  const entries = Array.from(
    { length: 200 },
    () =>
      (random() < 0.5 ? ' ' : '') +
      Array.from({ length: 1 + Math.floor(3 * random()) }, () => pick(random, letters)).join(''),
  );
  const found = alphabetsOf(vocabularyOf(...entries.map(encodeUtf8), 'special'), alphabets);
  const spelled = entries.map(entry => Array.from(entry.trim()));
  for (const [i, each] of own.entries()) {
    expect(found[i]).toMatchObject({
      code: code(i),
      characters: each.length,
      entries: spelled.filter(entry => entry.every(letter => each.includes(letter))).length,
      single: each.filter(letter => spelled.some(entry => entry.join('') === letter)).length,
    });
  }
});

describe.skipIf(!hasShared)('published vocabularies', () => {
  /** Scripts by the first word of their characters' names. */
  const NAMED: Record<string, string> = { CJK: 'Han' };

  test.each(['gpt2', 'gpt-neox'])(
    '%s: words of one script, as the package qtok counts them',
    name => {
      const counts = new Map<string, number>();
      let broken = 0;
      for (const { text, class: kind } of entriesOf(published(name))) {
        // The package takes the replacement character itself for a broken one.
        if (kind === 'bytes' || text?.includes('\ufffd')) broken++;
        if (text === undefined || kind === 'special' || text.length < 2) continue;
        // Latin by script, but not by name.
        if (/[ªº]/.test(text)) continue;
        const scripts = new Set(
          Array.from(withoutBlank(text), each => scriptNames[scriptOf(each.codePointAt(0)!)]!),
        );
        const [script] = scripts;
        if (scripts.size === 1) counts.set(script!, (counts.get(script!) ?? 0) + 1);
      }
      for (const [word, count] of Object.entries(qtok[name]!.scripts)) {
        const script = NAMED[word] ?? word[0] + word.slice(1).toLowerCase();
        expect(counts.get(script), script).toBe(count);
      }
      expect(broken).toBe(qtok[name]!.notUtf8);
    },
  );

  test('GPT-NeoX: the published shares are of one language for each of 39,447 entries', () => {
    const rows = readFileSync(join(shared, 'papers/qtok/dolly-v2-12b_languages.csv'), 'utf8');
    const shares = rows
      .trim()
      .split('\n')
      .slice(1)
      .map(row => Number(row.split(',')[1]));
    const distance = (count: number) => Math.abs(count - Math.round(count));
    const isWhole = (count: number) => shares.every(s => distance((s * count) / 100) < 1e-9);
    const counts = Array.from({ length: 50_000 }, (_, count) => count + 1);
    expect(counts.filter(isWhole)).toEqual([39_447]);
    // No alphabet decides that: nearly every entry is in several. We count it for each.
    const alphabets = alphabetsOf(published('gpt-neox'));
    const entries = Object.fromEntries(alphabets.map(row => [row.code, row.entries]));
    expect(entries).toMatchObject({ en: 43_294, bg: 361, uk: 363, be: 324 });
  });

  test('cover the alphabets that their letters are in', () => {
    const covered = (name: string) =>
      alphabetsOf(published(name))
        .filter(row => row.single === row.characters)
        .map(row => row.code);
    expect(covered('gpt2')).toEqual(['uz', 'id', 'en']);
    expect(covered('gpt-neox')).toEqual([
      'uz',
      'cy',
      'mi',
      'sw',
      'sv',
      'la',
      'de',
      'id',
      'tl',
      'mt',
      'en',
      'af',
    ]);
  });
});
