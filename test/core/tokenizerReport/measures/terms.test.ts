// Terms of glossaries and code: how they are read, and what is counted of them in texts.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { eachIdentifier, termsOf } from '../../../../src/core/tokenizerReport/measures/glossary';
import {
  piecesOf,
  savedByBest,
  TermCounts,
} from '../../../../src/core/tokenizerReport/measures/terms';
import { cutAt, randomCuts } from '../../../support/cutEncoding';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { models } from '../../../support/paths';
import { seedOr } from '../../../support/seed';
import { tokenizerOf } from '../../../support/shared';
import { pick, randomOf } from '../../../support/toys';

const coder = tokenizerOf(join(models, 'coder'));
/** Two characters a token. */
const pairs = {
  encode: (text: string) => {
    const { length } = encodeUtf8(text);
    return cutAt(
      text,
      Array.from({ length: Math.ceil(length / 2) }, (_, i) => Math.min(length, 2 * i + 2)),
    );
  },
} as Tokenizer;

describe('a list of terms', () => {
  test('has one a line, each once', () => {
    expect(termsOf('\ufeffone\r\n\n two words \nthree, not four\none', 'lines')).toEqual([
      'one',
      'two words',
      'three, not four',
    ]);
  });

  test('or is the first column of CSV', () => {
    const csv = 'term,meaning\n"a ""b"", c",x\r\nplain\n,empty\n"two\nlines",y\nlast,"z, ""1\n2"""';
    expect(termsOf(csv, 'csv')).toEqual(['term', 'a "b", c', 'plain', 'two\nlines', 'last']);
  });

  test('with a quote that nothing closes goes on with the next line', () => {
    expect(termsOf('"open\nnext,x\nlast', 'csv')).toEqual(['"open', 'next', 'last']);
    expect(termsOf('a,"open\nnext', 'csv').at(-1)).toBe('next');
  });

  test('with such a quote before many doubled ones is read at once', () => {
    const rows = Array.from({ length: 200 }, (_, i) => `x${i},""\n`).join('');
    expect(termsOf(`bolt,"1/2\n${rows}`, 'csv')).toHaveLength(201);
  });
});

describe('identifiers of code', () => {
  const namesIn = (text: string) => {
    const names: [name: string, start: number][] = [];
    eachIdentifier(text, (start, end) => names.push([text.slice(start, end), start]));
    return names;
  };

  test('are found where they stand', () => {
    expect(namesIn('const _größe = $count; // x1 of 2e5')).toEqual([
      ['const', 0],
      ['_größe', 6],
      ['$count', 15],
      ['x1', 26],
      ['of', 29],
      ['e5', 33],
    ]);
  });

  test('random texts: the same as by the classes of Unicode', () => {
    const random = randomOf(seedOr(29));
    const characters = Array.from('aZ_$09 -.é·𐌰😀\u0301\ud800\u2028');
    for (let round = 0; round < 1000; round++) {
      const text = Array.from({ length: 10 }, () => pick(random, characters)).join('');
      const expected = Array.from(
        text.matchAll(/[\p{ID_Start}_$][\p{ID_Continue}$]*/gu),
        ({ 0: name, index }) => [name, index],
      );
      expect(namesIn(text), JSON.stringify(text)).toEqual(expected);
    }
  });
});

describe('terms in texts', () => {
  test('have as many pieces as tokens touch them after a blank', () => {
    expect(piecesOf('abc', pairs)).toBe(2);
    expect(piecesOf('été', pairs)).toBe(3);
    const ids = coder.encode(' tokenization');
    expect(piecesOf('tokenization', coder)).toBe(ids.ids.length);
  });

  test('are whole words; the longest of those that begin there', () => {
    const counts = new TermCounts(
      ['deep', 'deep learning', '.NET', 'learning', 'a_b', '++'],
      pairs,
    );
    const text = 'deep learning, deeper; a .NET x.NETs a_b a_b_c my_deep deep++';
    counts.add(
      text,
      randomCuts(text, () => 0),
    );
    const found = Object.fromEntries(counts.result().rows.map(row => [row.term, row.occurrences]));
    expect(found).toEqual({ deep: 1, 'deep learning': 1, '.NET': 1, learning: 0, a_b: 1, '++': 0 });
  });

  test('save all tokens but one, and but one where a token reaches beyond them', () => {
    const saved = (text: string, ends: number[]) => {
      const counts = new TermCounts(['abcd'], pairs);
      counts.add(text, cutAt(text, ends));
      return counts.result().rows[0]!.saved;
    };
    expect(saved('abcd', [1, 2, 3, 4])).toBe(3);
    expect(saved('x abcd', [1, 3, 4, 6])).toBe(2);
    expect(saved('x abcd', [3, 4, 6])).toBe(1);
    expect(saved('abcd!', [2, 3, 5])).toBe(1);
    expect(saved('-abcd!', [2, 6])).toBe(0);
    expect(saved('abcd', [1, 1, 4])).toBe(1);
    expect(saved('é abcd', [2, 4, 5, 7])).toBe(2);
  });

  test('the code model: the tokens that are left out where the terms are cut out', () => {
    const terms = ['tokenizer', 'getElementById', 'serialization', 'zürich'];
    const random = randomOf(seedOr(6));
    const words = [...terms, 'the', 'return', 'of'];
    const counts = new TermCounts(terms, coder);
    let expected = 0;
    let tokens = 0;
    for (let round = 0; round < 50; round++) {
      const text = Array.from({ length: 12 }, () => pick(random, words)).join(' ');
      const encoding = coder.encode(text);
      tokens += encoding.ids.length;
      counts.add(text, encoding);
      // Every pretoken here is a word with its blank, so that its tokens depend on nothing else.
      const alone = text.match(/ ?\S+/g)!;
      for (const word of alone) {
        if (terms.includes(word.trim())) expected += coder.encode(word).ids.length - 1;
      }
    }
    const report = counts.result();
    expect(report.tokens).toBe(tokens);
    const saved = savedByBest(report);
    expect(saved.at(-1)).toBe(expected);
    expect(saved[0]).toBe(report.rows[0]!.saved);
    expect(counts.result(2).rows).toEqual(report.rows.slice(0, 2));
  });
});
