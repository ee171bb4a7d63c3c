// What a split pattern must see of the text behind a place before it knows where it cuts in front of it.
// For each pattern: the classes of characters that it tells apart, and witnesses: continuations that between
// them show every way in which text before them can be cut, whatever follows it. That they are enough is
// tested against all continuations of up to three characters.
import { LETTER, NUMBER, SPACE, classes } from '../tokenizer/classes';
import { scanGpt2 } from '../tokenizer/patterns/gpt2';
import type { Scan } from '../tokenizer/patterns/scan';
import { scanQwen2 } from '../tokenizer/patterns/words';

export interface Lookahead {
  /** The character that stands for all of a code point's class: a UTF-16 unit, whose own class it is. */
  unitOf(code: number): string;
  /** Those of code points first to last, surrogates left out, each once. */
  unitsOf(first: number, last: number): string;
  /** '' is the end of the text. */
  readonly witnesses: readonly string[];
  /** The characters that a unit stands for, or undefined if they are a whole class of Unicode. */
  spellings(unit: string): readonly string[] | undefined;
}

/**
 * Cut as if it ended here, a text keeps each of its boundaries that has so many pretokens behind it, whatever
 * follows: these patterns look no further than a run of white space, or a contraction, and one character.
 */
export const UNSETTLED_PRETOKENS = 2;

/** Letters of contractions count as such only so few characters behind the apostrophe. */
export const CONTRACTION_REACH = 2;

const CONTRACTIONS = ['s', 't', 're', 've', 'm', 'll', 'd'];
const LETTERS = new Set(CONTRACTIONS.join(''));
/** A letter of no contraction, a number, another sign, and white space of each kind. */
const CLASSES = ['a', '0', '!', "'", ' ', '\n', '\t'];
const TAILS = CONTRACTIONS.flatMap(letters => [letters, letters.slice(1)]);
const WITNESSES = [...new Set(['', ...CLASSES, ...TAILS])];

function contracting(anyCase: boolean): Lookahead {
  const spelled = new Map<string, string[]>();
  for (const letter of LETTERS) spelled.set(letter, [letter]);
  if (anyCase) for (const letter of LETTERS) spelled.get(letter)!.push(letter.toUpperCase());
  // The one character beyond ASCII that folds to a letter of the list is the long s.
  if (anyCase) spelled.get('s')!.push('\u017f');
  const units = new Map<number, string>();
  for (const [unit, characters] of spelled) {
    for (const character of characters) units.set(character.charCodeAt(0), unit);
  }
  for (const [character, unit] of Object.entries({ "'": "'", ' ': ' ', '\n': '\n', '\r': '\n' })) {
    units.set(character.charCodeAt(0), unit);
  }
  const ofClass = (code: number) => {
    const name = classes[code];
    return name === LETTER ? 'a' : name === NUMBER ? '0' : name === SPACE ? '\t' : '!';
  };
  const low = Array.from({ length: 0x180 }, (_, code) => units.get(code) ?? ofClass(code));
  const unitOf = (code: number) => low[code] ?? ofClass(code);
  // A lead byte alone may stand for a quarter of Unicode.
  const ranges = new Map<number, string>();
  const unitsOf = (first: number, last: number) => {
    const key = first * 0x200000 + last;
    let found = ranges.get(key);
    if (found === undefined) {
      const seen = new Set<string>();
      for (let code = first; code <= last; code++) {
        if (code < 0xd800 || code > 0xdfff) seen.add(unitOf(code));
      }
      ranges.set(key, (found = [...seen].sort().join('')));
    }
    return found;
  };
  return {
    unitOf,
    unitsOf,
    witnesses: WITNESSES,
    spellings: unit => spelled.get(unit),
  };
}

export const lookaheads: ReadonlyMap<Scan, Lookahead> = new Map([
  [scanGpt2, contracting(false)],
  [scanQwen2, contracting(true)],
]);
