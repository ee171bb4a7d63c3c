// Small edits of words, drawn at random: of characters, of case, of blanks.
import { seededRandom } from '../../random';
import { eachWord } from './wordRuns';

export const EDIT_KINDS = ['character', 'case', 'blank'] as const;
export type EditKind = (typeof EDIT_KINDS)[number];

export interface Edit {
  /** text[start, end), in UTF-16 units, becomes `by`. */
  readonly start: number;
  readonly end: number;
  readonly by: string;
  /** The word that it is in, UTF-16 [wordStart, wordEnd). */
  readonly wordStart: number;
  readonly wordEnd: number;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/**
 * At most one edit for a word of letters A to Z alone or with others; each word has one with probability `rate`, if it
 * can. A character is replaced by, deleted for, or preceded by a letter; a letter gets the other case; a blank is put
 * into a word, or the one before it is deleted. In text order, apart from one another. The same for the same seed.
 */
export function randomEdits(text: string, kind: EditKind, rate: number, seed: number): Edit[] {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const edits: Edit[] = [];
  eachWord(text, (wordStart, wordEnd) => {
    if (random() >= rate) return;
    const at = wordStart + below(wordEnd - wordStart);
    const letter = text[at]!;
    const add = (start: number, end: number, by: string) => {
      edits.push({ start, end, by, wordStart, wordEnd });
    };
    // A half of a surrogate pair is left as it is.
    if (/[\ud800-\udfff]/.test(letter)) return;
    if (kind === 'character') {
      const by = LETTERS[below(LETTERS.length)]!;
      const way = below(3);
      if (way === 0) add(at, at + 1, '');
      else if (way === 1) add(at, at, by);
      else if (by !== letter) add(at, at + 1, by);
    } else if (kind === 'case') {
      const upper = letter.toUpperCase();
      const by = upper === letter ? letter.toLowerCase() : upper;
      if (by !== letter && by.length === 1) add(at, at + 1, by);
    } else if (random() < 0.5 && text[wordStart - 1] === ' ') {
      add(wordStart - 1, wordStart, '');
    } else if (at > wordStart) {
      add(at, at, ' ');
    }
  });
  return edits;
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let edited = '';
  let at = 0;
  for (const { start, end, by } of edits) {
    edited += text.slice(at, start) + by;
    at = end;
  }
  return edited + text.slice(at);
}
