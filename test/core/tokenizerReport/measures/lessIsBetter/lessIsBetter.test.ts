// Less-is-Better: what it learns on made-up lines and on child-directed speech, and how lines are cut.
// test/prove/lessIsBetter.prove.ts has the published demonstration in full.
import { describe, expect, test } from 'vitest';
import { learn } from '../../../../../src/core/tokenizerReport/measures/lessIsBetter/learn';
import { Lexicon } from '../../../../../src/core/tokenizerReport/measures/lessIsBetter/lexicon';
import {
  PUBLISHED_SEGMENTATION,
  segment,
  tokensAndTypes,
  type SegmentOptions,
} from '../../../../../src/core/tokenizerReport/measures/lessIsBetter/segment';
import { PUBLISHED_SETTINGS } from '../../../../../src/core/tokenizerReport/measures/lessIsBetter/settings';
import {
  demonstration,
  scoresOf,
  speechLines,
  withoutBlanks,
} from '../../../../support/lessIsBetter';
import { seedOr } from '../../../../support/seed';
import { hasShared } from '../../../../support/shared';
import { pick, randomOf } from '../../../../support/toys';

function lexiconOf(units: readonly string[]): Lexicon {
  const lexicon = new Lexicon();
  for (const unit of units) lexicon.append([...unit]);
  return lexicon;
}

function piecesOf(line: string, lexicon: Lexicon, options: SegmentOptions): string[] {
  const ends = segment(line, lexicon, options);
  return ends.map((end, i) => line.slice(ends[i - 1] ?? 0, end));
}

describe('segments', () => {
  const whole = { longestUnit: 10, subunits: false };

  test('the longest unit at each place, and single characters', () => {
    const lexicon = lexiconOf(['a', 'can', 'canyou', 'you', '😀😀']);
    expect(piecesOf('canyoucanx😀😀y', lexicon, whole)).toEqual([
      'canyou',
      'can',
      'x',
      '😀😀',
      'y',
    ]);
    expect(segment('😀😀y', lexicon, whole)).toEqual([4, 5]);
    expect(piecesOf('canyou', lexicon, { ...whole, longestUnit: 5 })).toEqual(['can', 'you']);
    expect(segment('', lexicon, whole)).toEqual([]);
  });

  test('units of two that rank before them, twice', () => {
    const lexicon = lexiconOf(['you', 'can', 'they', 'see', 'canyou', 'cany', 'ou', 'canyousee']);
    expect(piecesOf('canyouseethey', lexicon, PUBLISHED_SEGMENTATION)).toEqual([
      'can',
      'you',
      'see',
      'they',
    ]);
    expect(piecesOf('they', lexiconOf(['they', 'th', 'ey']), PUBLISHED_SEGMENTATION)).toEqual([
      'they',
    ]);
    // Only the levels of two cuts.
    const nested = lexiconOf(['a', 'b', 'c', 'd', 'cd', 'bcd', 'abcd']);
    expect(piecesOf('abcd', nested, PUBLISHED_SEGMENTATION)).toEqual(['a', 'b', 'cd']);
  });

  test('tokens and types of lines', () => {
    const lexicon = lexiconOf(['ab', 'c']);
    expect(tokensAndTypes(['abc', 'abab', 'x'], lexicon, whole)).toEqual({ tokens: 5, types: 3 });
  });
});

describe('learning', () => {
  const words = ['the', 'dog', 'sees', 'a', 'cat', 'and', 'you', 'look', 'at', 'birds', 'we'];
  const settings = { ...PUBLISHED_SETTINGS, documents: 50, epochs: 60 };
  const linesOf = (seed: number) => {
    const random = randomOf(seed);
    return Array.from({ length: 400 }, () =>
      Array.from({ length: 3 + Math.floor(random() * 5) }, () => pick(random, words)).join(' '),
    );
  };

  test('finds words, with fewer tokens than characters and few types', () => {
    const lines = linesOf(seedOr(3));
    const bare = lines.map(withoutBlanks);
    const shares: number[] = [];
    const lexicon = learn(bare, settings, randomOf(4), share => shares.push(share));
    expect(scoresOf(lines, lexicon).boundaries).toBeGreaterThan(75);
    const { tokens, types } = tokensAndTypes(bare, lexicon, PUBLISHED_SEGMENTATION);
    expect(tokens).toBeLessThan(bare.join('').length / 2);
    expect(types).toBeLessThanOrEqual(lexicon.size + new Set(bare.join('')).size);
    expect(shares).toHaveLength(60);
    expect(shares.at(-1)).toBe(1);
  });

  test('the same numbers give the same lexicon', () => {
    const bare = linesOf(seedOr(5)).map(withoutBlanks);
    const unitsOf = (seed: number) => learn(bare, settings, randomOf(seed)).units.map(u => u.text);
    expect(unitsOf(6)).toEqual(unitsOf(6));
    expect(unitsOf(6)).not.toEqual(unitsOf(7));
    const longest = Math.max(...unitsOf(6).map(unit => unit.length));
    expect(longest).toBeLessThanOrEqual(settings.longestUnit);
  });

  test('of no lines nothing is learned', () => {
    expect(learn([], settings, randomOf(1)).size).toBe(0);
    expect(learn(['', ''], settings, randomOf(1)).size).toBe(0);
  });
});

describe.skipIf(!hasShared)('child-directed speech', () => {
  test('after 100 epochs the scores are like the published ones', () => {
    // 76.6 and 48.7 %, 710 units; over seeds ours are 76.9 ± 1.0, 50.8 ± 1.8 and 746 ± 14.
    const scores = demonstration(speechLines('br-text'), seedOr(1), [100]).get(100)!;
    expect(Math.abs(scores.boundaries - 76.6)).toBeLessThan(4);
    expect(Math.abs(scores.lexicon - 48.7)).toBeLessThan(8);
    expect(Math.abs(scores.units - 710)).toBeLessThan(90);
  });

  test('the lexicon of the definition, after 301 documents with given random numbers', () => {
    // The authors' algorithm, in Python with the same random numbers, gives the same units in the same order.
    const lines = speechLines('br-text').map(withoutBlanks);
    const units = learn(lines, PUBLISHED_SETTINGS, randomOf(7)).units.map(unit => unit.text);
    expect(units).toHaveLength(1013);
    expect(units.slice(0, 12)).toEqual([
      'and',
      'you',
      'what',
      "it's",
      "that's",
      'it',
      'the',
      'that',
      'like',
      'to',
      'ing',
      'canyou',
    ]);
    expect(units.slice(-6)).toEqual(['lookhoney', 'closed', "aren't", 'thatis', 'uice', 'home']);
  });
});
