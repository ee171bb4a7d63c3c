// Seeded edits of words, so far from one another that what follows each can be laid to it.
import { seededRandom } from '../random';
import { eachWord } from '../tokenizerReport/measures/wordRuns';

interface Span {
  readonly start: number;
  readonly end: number;
}

/** UTF-16 offsets. */
export interface EditedWord {
  readonly wordStart: number;
  readonly wordEnd: number;
  /**
   * What follows the word, to the end of the last word before the next one that is edited: at the same place in both texts.
   * The space before that one is not part of it: the token of the edited word may begin there.
   */
  readonly after: Span;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/**
 * One character of every `rounds`-th word, from word `round` on, becomes another letter: text and edited text have the
 * same length. Words without a character of the basic plane stay. The same for the same seed.
 */
export function wordEdits(
  text: string,
  round: number,
  rounds: number,
  seed: number,
): { edited: string; stretches: EditedWord[] } {
  const random = seededRandom(seed + round);
  const words: (Span & { lastEnd: number })[] = [];
  let index = 0;
  let lastEnd = 0;
  eachWord(text, (start, end) => {
    if (index++ % rounds === round && !/[\ud800-\udfff]/.test(text.slice(start, end)))
      words.push({ start, end, lastEnd });
    lastEnd = end;
  });
  let edited = '';
  let at = 0;
  for (const { start, end } of words) {
    const place = start + Math.floor(random() * (end - start));
    const old = text[place]!;
    let letter = old;
    while (letter.toLowerCase() === old.toLowerCase())
      letter = LETTERS[Math.floor(random() * LETTERS.length)]!;
    edited += text.slice(at, place) + letter;
    at = place + 1;
  }
  edited += text.slice(at);
  const stretches = words.map(({ start, end }, i) => {
    const after = { start: end, end: words[i + 1]?.lastEnd ?? text.length };
    return { wordStart: start, wordEnd: end, after };
  });
  return { edited, stretches: stretches.filter(({ after }) => after.start < after.end) };
}
