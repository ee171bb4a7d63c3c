// The usual rates of a tokenizer over texts.
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { TextQualityCounts } from '../../../../src/core/tokenizerReport/measures/textQuality';
import { WordRuns } from '../../../../src/core/tokenizerReport/measures/wordRuns';
import { cutAt, randomCuts } from '../../../support/cutEncoding';
import { seedOr } from '../../../support/seed';
import { pick, randomOf } from '../../../support/toys';

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

  test('a long text: every word is found where it is', () => {
    const text = Array.from({ length: 3000 }, (_, i) => (i % 3 ? `wört${i}` : '— x')).join(' ');
    const words = new WordRuns(text);
    const expected = Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+/gu));
    expect(words.count).toBe(expected.length);
    let [at, from] = [0, 0];
    for (const [word, { 0: spelled, index }] of expected.entries()) {
      from += encodeUtf8(text.slice(at, index)).length;
      at = index;
      expect([words.startOf(word), words.endOf(word)]).toEqual([index, index + spelled.length]);
      expect([words.fromOf(word), words.toOf(word)]).toEqual([
        from,
        from + encodeUtf8(spelled).length,
      ]);
      expect(words.hasNumber(word)).toBe(/[0-9]/.test(spelled));
    }
  });
});
