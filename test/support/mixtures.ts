// Made-up languages, mixtures of texts with known shares, and how well shares were found.
import { utf8Length } from '../../src/core/text/utf8';
import type { Random } from './toys';

/** Texts of some words that are drawn with the frequencies of a Zipf law. */
export function languageOf(
  random: Random,
  letters: readonly string[],
): (bytes: number) => string[] {
  const words = Array.from({ length: 3000 }, () => {
    const length = 2 + Math.floor(random() * 7);
    return Array.from({ length }, () => letters[Math.floor(letters.length * random() ** 2)]!);
  }).map(each => each.join(''));
  return bytes => {
    const texts: string[] = [];
    for (let size = 0; size < bytes;) {
      const drawn = Array.from(
        { length: 100 },
        () => words[Math.floor(words.length ** random()) - 1]!,
      );
      texts.push(drawn.join(' '));
      size += sizeOf(texts.at(-1)!);
    }
    return texts;
  };
}

/** Letters of which a language uses some more than others. */
export function lettersOf(random: Random, from: readonly string[], count: number): string[] {
  const letters = new Set<string>();
  while (letters.size < count) letters.add(from[Math.floor(random() * from.length)]!);
  return [...letters];
}

export const sizeOf = (text: string) => utf8Length(text, 0, text.length);

/** Shares that are uniform among all that sum to 1. */
export function randomShares(random: Random, count: number): number[] {
  const parts = Array.from({ length: count }, () => -Math.log(1 - random()));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map(part => part / sum);
}

/** log10 of the mean squared error. */
export function logError(found: readonly number[], shares: readonly number[]): number {
  const squares = shares.map((share, i) => (share - found[i]!) ** 2);
  return Math.log10(squares.reduce((sum, square) => sum + square, 0) / shares.length);
}

/**
 * Guessed by the frequencies of tokens: the share of the merged tokens that are more frequent in a category's sample than in
 * any other. `counts` are [category, token], each of a sample of the same size.
 */
export function sharesByFrequency(counts: readonly (readonly number[])[]): number[] {
  const wins = counts.map(() => 0);
  for (let token = 0; token < counts[0]!.length; token++) {
    const own = counts.map(category => category[token]!);
    const most = Math.max(...own);
    if (most > 0) wins[own.indexOf(most)]!++;
  }
  const sum = wins.reduce((total, win) => total + win, 0);
  return wins.map(win => win / sum);
}
