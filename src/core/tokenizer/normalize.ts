// Normalisation Form C, as the stretches of a text that it changes.
import type { Stretch } from './spans';

/** Below U+0300 every character is its own NFC and joins with none before it. */
const CANDIDATE = /[^\x00-\u02ff]/gu;

/**
 * What may join with, or move before, the character in front of it: marks, and the vowels and final
 * consonants of Hangul. Text may be normalised apart before any other character (UAX #15, section 9).
 */
const EXTENDS = /^[\p{M}\u1160-\u11ff]/u;

/** In order; what lies between them stays as it is. */
export function changesByNfc(text: string): Stretch[] {
  const changes: Stretch[] = [];
  if (text.normalize('NFC') === text) return changes;
  // The stretch in hand: a character and what extends it.
  let start = 0;
  let end = 0;
  const close = () => {
    const before = text.slice(start, end);
    const after = before.normalize('NFC');
    if (after !== before) changes.push({ start, end, text: after });
  };
  for (const { 0: character, index } of text.matchAll(CANDIDATE)) {
    if (index !== end || !EXTENDS.test(character)) {
      close();
      // The character that a mark extends may itself be no candidate.
      start = index > end && EXTENDS.test(character) ? index - 1 : index;
    }
    end = index + character.length;
  }
  close();
  return changes;
}
