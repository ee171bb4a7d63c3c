// What a split pattern must see of the following text before its boundaries up to a place are fixed. For each pattern:
// the character classes that it distinguishes, and witnesses: continuations that together cause every possible split of
// the text before them. That they suffice is tested against all continuations of up to three characters.
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
import { CARRIAGE_RETURN } from '../text/characters';

export interface Lookahead {
  /** The representative of a code point's class: a UTF-16 unit of the same class. */
  unitOf(code: number): string;
  /** The representatives of code points first to last without surrogates, each once. */
  unitsOf(first: number, last: number): string;
  /** Continuations to test; '' is the end of the text. */
  readonly witnesses: readonly string[];
  /** The characters that a unit represents; undefined if it represents a whole Unicode class. */
  spellings(unit: string): readonly string[] | undefined;
  /**
   * For a letter of contractions, the unit that represents it if no apostrophe is near; other units are returned
   * unchanged.
   */
  plain(unit: string): string;
}

/**
 * If a text is split as if it ended here, each boundary followed by at least this many pretokens stays, whatever
 * follows. These patterns look no further ahead than a run of white space, a contraction, or a run of upper case, plus
 * one character.
 */
export const UNSETTLED_PRETOKENS = 2;

/** Letters of contractions matter only within this many characters after the apostrophe. */
export const CONTRACTION_REACH = 2;

/** Units that represent only themselves, except that the line feed also represents the carriage return. */
const SIGNS = ["'", ' ', '\n'];

export interface Kinds {
  /** The unit that represents a code point's class. */
  ofClass(code: number): string;
  /** All units of classes. */
  readonly units: readonly string[];
  /** Punctuation that the pattern names, besides the apostrophe, the space and newlines. */
  readonly signs?: readonly string[];
}

/** Classes: a letter outside contractions, a number, punctuation, and other white space. */
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

/** Like `plainKinds`, with separate classes for lower case, upper case, caseless letters, and marks. */
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

/** [unit of a letter in contractions]; the characters that it represents. */
type Letters = ReadonlyMap<string, readonly string[]>;

const lowerOnly: Letters = new Map(LETTERS.map(letter => [letter, [letter]]));
/** Those of GPT-2. */
export const CONTRACTION_LETTERS = lowerOnly;
/** The long s is the only non-ASCII character that case-folds to one of these letters. */
const caseVariants = (letter: string) => (letter === 's' ? [letter, '\u017f'] : [letter]);
const anyCase: Letters = new Map(
  LETTERS.map(letter => [letter, [...caseVariants(letter), letter.toUpperCase()]]),
);
const eachCase: Letters = new Map([
  ...LETTERS.map((letter): [string, string[]] => [letter, caseVariants(letter)]),
  ...LETTERS.map((letter): [string, string[]] => [letter.toUpperCase(), [letter.toUpperCase()]]),
]);
const noLetters: Letters = new Map();

export function lookaheadOf({ ofClass, units, signs = [] }: Kinds, letters: Letters): Lookahead {
  const named = new Map<number, string>([[CARRIAGE_RETURN, '\n']]);
  for (const sign of [...SIGNS, ...signs]) named.set(sign.charCodeAt(0), sign);
  for (const [unit, characters] of letters) {
    for (const character of characters) named.set(character.charCodeAt(0), unit);
  }
  const low: string[] = [];
  const unitOf = (code: number) =>
    code < 0x180 ? (low[code] ??= named.get(code) ?? ofClass(code)) : ofClass(code);
  // A lead byte alone may represent a quarter of Unicode.
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
  [scanGpt2, lookaheadOf(words, lowerOnly)],
  [scanCl100k, lookaheadOf(words, anyCase)],
  [scanLlama3, lookaheadOf(words, anyCase)],
  [scanQwen2, lookaheadOf(words, anyCase)],
  [scanQwen35, lookaheadOf(plainKinds(classesWithMarks), anyCase)],
  [scanO200k, lookaheadOf(casedKinds, eachCase)],
  [scanTekken, lookaheadOf(casedKinds, noLetters)],
]);

/** For messages. */
export const KNOWN_LOOKAHEADS = 'GPT-2, cl100k, Llama 3, Qwen, o200k and Tekken';
