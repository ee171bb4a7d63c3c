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
import { reachabilityOf } from '../../../../src/core/tokenizerReport/measures/reachability';
import { TextQualityCounts } from '../../../../src/core/tokenizerReport/measures/textQuality';
import {
  overlapOf,
  vocabularyReport,
} from '../../../../src/core/tokenizerReport/measures/vocabulary';
import { cutAt, randomCuts } from '../../../support/cutEncoding';
import { golden } from '../../../support/paths';
import { seedOr, seedsOr, someOf } from '../../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { pick, randomOf, randomToy, TOY_CYCLE } from '../../../support/toys';

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
const published = (name: string) => tokenizerOf(join(shared, 'tokenizers', name));

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

describe('entries that no text reaches', () => {
  test('toys: those that no short text has', () => {
    const random = randomOf(seedOr(3));
    for (const seed of seedsOr(someOf([...Array(80).keys()], 6), TOY_CYCLE)) {
      const { tokenizer, alphabet, support } = randomToy(seed, 25);
      const found = reachabilityOf(tokenizer);
      const never = new Set(found.unreachable);
      expect(found.reached + found.open.length + never.size).toBe(found.entries);
      const seen = new Set<number>();
      for (let round = 0; round < 400; round++) {
        const text = Array.from({ length: 8 }, () => pick(random, alphabet)).join('');
        for (const id of tokenizer.encode(text).ids) seen.add(id);
      }
      for (const id of seen) expect(never.has(id), `toy ${seed}, ${id}`).toBe(false);
      for (const id of found.open) expect(seen.has(id), `toy ${seed}, ${id}`).toBe(false);
      expect(support.some(id => seen.has(id))).toBe(true);
    }
  });

  test.skipIf(!hasShared)('GPT-2: the 13 bytes that UTF-8 never has', () => {
    const gpt2 = published('gpt2');
    const { unreachable, open, reason } = reachabilityOf(gpt2);
    expect([unreachable.length, open, reason]).toEqual([13, [], null]);
    const bytes = unreachable.map(id => gpt2.bytesOf(id)[0]!);
    const never = [0xc0, 0xc1, ...Array.from({ length: 11 }, (_, i) => 0xf5 + i)];
    expect(bytes.sort((a, b) => a - b)).toEqual(never);
  });

  test.skipIf(!hasShared)('GPT-NeoX: blanks that an added token takes', () => {
    const neox = published('gpt-neox');
    const { unreachable, open } = reachabilityOf(neox);
    expect(unreachable).toHaveLength(221);
    // The byte C2, which merges with nearly every one that may follow it.
    expect(open).toEqual([126]);
    for (const id of unreachable) {
      const text = new TextDecoder().decode(neox.bytesOf(id));
      for (const before of ['', 'a', '\n'])
        expect(neox.encode(before + text).ids).not.toContain(id);
    }
  });
});

describe('a tokenizer over texts', () => {
  test('fertility, characters and bytes per token, single-token retention', () => {
    const counts = new TextQualityCounts();
    // go | ' w' orld | ' 12' | ! é(2) | ,
    counts.add('go world 12! é,', cutAt('go world 12! é,', [2, 4, 8, 11, 12, 14, 15, 16]));
    expect(counts.result()).toEqual({
      bytes: 16,
      characters: 15,
      words: 4,
      tokens: 8,
      fertility: 2,
      charactersPerToken: 15 / 8,
      bytesPerToken: 2,
      runs: 4,
      singleTokens: 2,
      retention: 0.5,
    });
    const none = {
      fertility: null,
      charactersPerToken: null,
      bytesPerToken: null,
      retention: null,
    };
    expect(new TextQualityCounts().result()).toMatchObject(none);
  });

  test('random texts: retention is as by a regular expression', () => {
    const random = randomOf(seedOr(8));
    const counts = new TextQualityCounts();
    let [runs, single] = [0, 0];
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: 10 }, () =>
        pick(random, ['a', 'é', '𐌰', '1', ' ', '.', '\u0301']),
      ).join('');
      const encoding = randomCuts(text, random);
      counts.add(text, encoding);
      for (const { 0: run, index } of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
        const start = encodeUtf8(text.slice(0, index)).length;
        const end = start + encodeUtf8(run).length;
        runs++;
        if (encoding.byteStarts.some((from, i) => from <= start && encoding.byteEnds[i]! >= end))
          single++;
      }
    }
    expect(counts.result()).toMatchObject({ runs, singleTokens: single });
    expect(single).toBeGreaterThan(50);
  });
});
