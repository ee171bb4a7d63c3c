// What a split pattern must see of the text behind a place before it knows where it cuts in front of it.
// For each pattern: the classes of characters that it tells apart, and witnesses: continuations that between
// them show every way in which text before them can be cut, whatever follows it. That they are enough is
// tested against all continuations of up to three characters.
import {
  LETTER_FLAG,
  LOWER_FLAG,
  MARK_FLAG,
  NUMBER_FLAG,
  SPACE_FLAG,
  UPPER_FLAG,
  categories,
} from '../tokenizer/unicode/categories';
import {
  LETTER_CLASS,
  NUMBER_CLASS,
  SPACE_CLASS,
  classes,
  classesWithMarks,
} from '../tokenizer/unicode/classes';
import { scanGpt2 } from '../tokenizer/patterns/gpt2';
import { scanO200k, scanTekken } from '../tokenizer/patterns/o200k';
import type { Scan } from '../tokenizer/patterns/scan';
import { scanCl100k, scanLlama3, scanQwen2, scanQwen35 } from '../tokenizer/patterns/cl100k';

export interface Lookahead {
  /** The character that stands for all of a code point's class: a UTF-16 unit, whose own class it is. */
  unitOf(code: number): string;
  /** Those of code points first to last, surrogates left out, each once. */
  unitsOf(first: number, last: number): string;
  /** '' is the end of the text. */
  readonly witnesses: readonly string[];
  /** The characters that a unit stands for, or undefined if they are a whole class of Unicode. */
  spellings(unit: string): readonly string[] | undefined;
  /** For a letter of contractions, the unit that stands for it where no apostrophe is near; others are themselves. */
  plain(unit: string): string;
}

/**
 * Cut as if it ended here, a text keeps each of its boundaries that has so many pretokens behind it, whatever
 * follows: these patterns look no further than a run of white space, a contraction, or a run of upper case,
 * and one character.
 */
export const UNSETTLED_PRETOKENS = 2;

/** Letters of contractions count as such only so few characters behind the apostrophe. */
export const CONTRACTION_REACH = 2;

/** Units that stand for themselves alone, but for the carriage return, which is cut as the line feed is. */
const SIGNS = ["'", ' ', '\n'];

interface Kinds {
  /** The unit of a code point's class. */
  ofClass(code: number): string;
  /** All units of classes. */
  readonly units: readonly string[];
  /** Signs that the pattern names besides the apostrophe, the blank and newlines. */
  readonly signs?: readonly string[];
}

/** A letter of no contraction, a number, another sign, and white space of other kinds. */
const plainKinds = (table: () => Uint8Array): Kinds => ({
  units: ['a', '0', '!', '\t'],
  ofClass: code => {
    const name = table()[code];
    return name === LETTER_CLASS
      ? 'a'
      : name === NUMBER_CLASS
        ? '0'
        : name === SPACE_CLASS
          ? '\t'
          : '!';
  },
});

/** Letters of lower case, of upper case and of neither, and marks, apart. */
const casedKinds: Kinds = {
  units: ['a', 'A', '\u00aa', '\u0301', '0', '!', '\t'],
  signs: ['/'],
  ofClass: code => {
    const flags = categories()[code]!;
    if (flags & LETTER_FLAG)
      return flags & UPPER_FLAG ? (flags & LOWER_FLAG ? '\u00aa' : 'A') : 'a';
    if (flags & MARK_FLAG) return '\u0301';
    return flags & NUMBER_FLAG ? '0' : flags & SPACE_FLAG ? '\t' : '!';
  },
};

const CONTRACTIONS = ['s', 't', 're', 've', 'm', 'll', 'd'];
const LETTERS = [...new Set(CONTRACTIONS.join(''))];

/** [unit of a letter of contractions]; the characters that it stands for. */
type Letters = ReadonlyMap<string, readonly string[]>;

const lowerOnly: Letters = new Map(LETTERS.map(letter => [letter, [letter]]));
/** The one character beyond ASCII that folds to a letter of the list is the long s. */
const folded = (letter: string) => (letter === 's' ? [letter, '\u017f'] : [letter]);
const anyCase: Letters = new Map(
  LETTERS.map(letter => [letter, [...folded(letter), letter.toUpperCase()]]),
);
const eachCase: Letters = new Map([
  ...LETTERS.map((letter): [string, string[]] => [letter, folded(letter)]),
  ...LETTERS.map((letter): [string, string[]] => [letter.toUpperCase(), [letter.toUpperCase()]]),
]);
const noLetters: Letters = new Map();

function lookahead({ ofClass, units, signs = [] }: Kinds, letters: Letters): Lookahead {
  const named = new Map<number, string>([[0x0d, '\n']]);
  for (const sign of [...SIGNS, ...signs]) named.set(sign.charCodeAt(0), sign);
  for (const [unit, characters] of letters) {
    for (const character of characters) named.set(character.charCodeAt(0), unit);
  }
  const low: string[] = [];
  const unitOf = (code: number) =>
    code < 0x180 ? (low[code] ??= named.get(code) ?? ofClass(code)) : ofClass(code);
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
  const tails = CONTRACTIONS.flatMap(letters => [letters, letters.slice(1)])
    .flatMap(tail => [tail, tail.toUpperCase()])
    .filter(tail => tail === '' || letters.has(tail[0]!));
  return {
    unitOf,
    unitsOf,
    witnesses: [...new Set(['', ...units, ...SIGNS, ...signs, ...tails])],
    spellings: unit => letters.get(unit),
    plain: unit => (letters.has(unit) ? ofClass(unit.charCodeAt(0)) : unit),
  };
}

const words = plainKinds(() => classes);

export const lookaheads: ReadonlyMap<Scan, Lookahead> = new Map([
  [scanGpt2, lookahead(words, lowerOnly)],
  [scanCl100k, lookahead(words, anyCase)],
  [scanLlama3, lookahead(words, anyCase)],
  [scanQwen2, lookahead(words, anyCase)],
  [scanQwen35, lookahead(plainKinds(classesWithMarks), anyCase)],
  [scanO200k, lookahead(casedKinds, eachCase)],
  [scanTekken, lookahead(casedKinds, noLetters)],
]);

/** For messages. */
export const KNOWN_LOOKAHEADS = 'GPT-2, cl100k, Llama 3, Qwen, o200k and Tekken';
