// Seeded edits of words: what is changed, and what of the text is laid to each.
import { expect, test } from 'vitest';
import { wordEdits } from '../../../src/core/layers/wordEdits';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const ROUNDS = 8;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const wordsIn = (text: string) =>
  [...text.matchAll(WORD)].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }));

test('what follows an edited word ends with the seventh word after it, before the space', () => {
  const text = 'the cat sat on the mat and then, (the dog) sat too.';
  const { edited, stretches } = wordEdits(text, 0, ROUNDS, 1);
  expect(edited).toHaveLength(text.length);
  const of = stretches.map(({ wordStart, wordEnd, after }) => [
    text.slice(wordStart, wordEnd),
    text.slice(after.start, after.end),
  ]);
  expect(of).toEqual([
    ['the', ' cat sat on the mat and then'],
    ['the', ' dog) sat too.'],
  ]);
});

test('no stretch has a changed character, and those between two edits have as many words', () => {
  const random = randomOf(seedOr(3));
  for (let i = 0; i < 100; i++) {
    const parts = ['ab', 'Cde', '1', 'é', ' ', ' ', ', ', '\n', '(', '\u{1f600}'];
    const text = Array.from({ length: 120 }, () => parts[Math.floor(random() * parts.length)]).join(
      '',
    );
    const words = wordsIn(text);
    for (let round = 0; round < ROUNDS; round++) {
      const { edited, stretches } = wordEdits(text, round, ROUNDS, i);
      for (const { wordEnd, after } of stretches) {
        expect(after.start).toBe(wordEnd);
        expect(edited.slice(after.start, after.end)).toBe(text.slice(after.start, after.end));
        if (after.end === text.length) continue;
        const between = words.filter(({ start, end }) => start >= after.start && end <= after.end);
        expect(between).toHaveLength(ROUNDS - 1);
        expect(between.at(-1)!.end).toBe(after.end);
      }
    }
  }
});
