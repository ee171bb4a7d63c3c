// The corpora of Less-is-Better, and the scores of its published demonstration.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LessIsBetterLearner } from '../../src/core/tokenizerReport/measures/lessIsBetter/learn';
import type { Lexicon } from '../../src/core/tokenizerReport/measures/lessIsBetter/lexicon';
import {
  PUBLISHED_SEGMENTATION,
  segment,
} from '../../src/core/tokenizerReport/measures/lessIsBetter/segment';
import { PUBLISHED_SETTINGS } from '../../src/core/tokenizerReport/measures/lessIsBetter/settings';
import { shared } from './paths';
import { randomOf, type Random } from './toys';

/** Different lines with a blank between words. */
export function speechLines(corpus: 'br-text' | 'br-phono'): string[] {
  const text = readFileSync(join(shared, `papers/lib/${corpus}.txt`), 'utf8');
  return [...new Set(text.split('\n').filter(line => line !== ''))];
}

export const withoutBlanks = (line: string) => line.replaceAll(' ', '');

export interface SpeechScores {
  /** F1 of the ends of units beside those of words, in percent. Ends of lines count, as in the demonstration. */
  readonly boundaries: number;
  /** F1 of units that are a word of their line, in percent; the demonstration's "lexicon" scores. */
  readonly lexicon: number;
  readonly units: number;
}

export function scoresOf(lines: readonly string[], lexicon: Lexicon): SpeechScores {
  let [words, cuts, sharedEnds, sharedWords] = [0, 0, 0, 0];
  for (const line of lines) {
    const own = line.split(' ');
    let at = 0;
    const ends = new Set(own.map(word => (at += word.length)));
    const found = segment(own.join(''), lexicon, PUBLISHED_SEGMENTATION);
    words += own.length;
    cuts += found.length;
    let start = 0;
    for (const end of found) {
      if (ends.has(end)) sharedEnds++;
      if (own.includes(own.join('').slice(start, end))) sharedWords++;
      start = end;
    }
  }
  // Of precision a / c and recall a / w the harmonic mean is 2 a / (c + w).
  const f1 = (both: number) => (200 * both) / (cuts + words);
  return { boundaries: f1(sharedEnds), lexicon: f1(sharedWords), units: lexicon.size };
}

/** As in the demonstration: a tenth of the lines, at random, is scored. Learning sees all. The keys are epochs. */
export function demonstration(
  lines: readonly string[],
  seed: number,
  epochs: readonly number[],
): Map<number, SpeechScores> {
  const random = randomOf(seed);
  const shuffled = lines.slice();
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
  }
  const scored = shuffled.slice(Math.floor(shuffled.length * 0.9));
  const { documents, linesPerDocument } = PUBLISHED_SETTINGS;
  const drawn = Array.from({ length: documents }, () => {
    const own = new Set<number>();
    for (let i = 0; i < linesPerDocument; i++) own.add(below(random, shuffled.length));
    return [...own].map(line => withoutBlanks(shuffled[line]!));
  });
  const learner = new LessIsBetterLearner(PUBLISHED_SETTINGS, random);
  learner.begin(drawn[0]!);
  const scores = new Map<number, SpeechScores>();
  for (let epoch = 0; epoch <= Math.max(...epochs); epoch++) {
    learner.read(drawn[below(random, drawn.length)]!);
    if (epochs.includes(epoch)) scores.set(epoch, scoresOf(scored, learner.lexicon));
  }
  return scores;
}

const below = (random: Random, count: number) => Math.floor(random() * count);
