// How a tokenizer groups the digits of numbers (Singh and Strouse 2024, "Tokenization counts: the impact of tokenization
// on arithmetic in frontier LLMs", arXiv:2402.14903).
import { utf8Length } from '../../text/utf8';
import type { Encoding, Tokenizer } from '../../tokenizer/tokenizer';
import { entriesOf } from './entries';
import { WordRuns } from './wordRuns';

/**
 * Of a number's digits into groups:
 * - one group: all digits are in one token;
 * - single digits: each is in a token of its own, of two or more;
 * - left to right: groups of three from the first digit, so that the last one may be shorter;
 * - right to left: groups of three up to the last digit, as people write them;
 * - threes: groups of three only, which is both;
 * - other.
 */
export const GROUPINGS = [
  'one group',
  'single digits',
  'left to right',
  'right to left',
  'threes',
  'other',
] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface NumberSpan {
  /** In UTF-16 units, commas included. */
  readonly start: number;
  readonly end: number;
  readonly digits: number;
  /** Whether commas divide it: 1,234,567. */
  readonly commas: boolean;
  /** [group]; its digits. A comma ends a group, as does the end of a token. */
  readonly groups: readonly number[];
  readonly grouping: Grouping;
}

/** Digits 0 to 9, in groups of three after the first comma. What follows a decimal point is a number of its own. */
const NUMBER = /[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+/y;
const COMMA = 0x2c;

/** `words`: of the text, if they are known; every digit is in one. */
export function numbersOf(
  text: string,
  { byteEnds }: Encoding,
  words = new WordRuns(text),
): NumberSpan[] {
  const numbers: NumberSpan[] = [];
  let token = 0;
  let past = 0;
  for (let word = 0; word < words.count; word++) {
    if (!words.hasNumber(word)) continue;
    const [start, end] = [words.startOf(word), words.endOf(word)];
    for (let index = Math.max(past, start); index < end; index = past) {
      past = index + 1;
      if (!isDigit(text.charCodeAt(index))) continue;
      NUMBER.lastIndex = index;
      const [number] = NUMBER.exec(text)!;
      past = NUMBER.lastIndex;
      const from = words.fromOf(word) + utf8Length(text, start, index);
      const { groups, digits, next } = groupsOf(number, from, byteEnds, token);
      token = next;
      numbers.push({
        start: index,
        end: past,
        digits,
        commas: number.length > digits,
        groups,
        grouping: groupingOf(groups),
      });
    }
  }
  return numbers;
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;

/** `token`: the first one that may end after byte `from`, where the number begins; so is `next` after the number. */
function groupsOf(number: string, from: number, byteEnds: Uint32Array, token: number) {
  const groups: number[] = [];
  let [group, digits, next] = [0, 0, token];
  for (let place = 0; place < number.length; place++) {
    const isComma = number.charCodeAt(place) === COMMA;
    let ends = isComma;
    for (; next < byteEnds.length && byteEnds[next]! <= from + place; next++) ends = true;
    if (ends && group > 0) {
      groups.push(group);
      group = 0;
    }
    if (!isComma) {
      group++;
      digits++;
    }
  }
  groups.push(group);
  return { groups, digits, next };
}

/** Where tokens begin and end in their text, in UTF-16 units. */
export interface TokenSpans {
  readonly utf16Starts: Uint32Array;
  readonly utf16Ends: Uint32Array;
}

/** [token]; which group of its number it is, from 0; NaN for a token without a digit of a number. */
export function digitGroupsOf(
  text: string,
  encoding: Encoding,
  { utf16Starts, utf16Ends }: TokenSpans,
): Float32Array {
  const groups = new Float32Array(utf16Starts.length).fill(NaN);
  let token = 0;
  for (const { start, end } of numbersOf(text, encoding)) {
    while (token < groups.length && utf16Ends[token]! <= start) token++;
    let group = 0;
    for (let i = token; i < groups.length && utf16Starts[i]! < end; i++) {
      const own = text.slice(Math.max(start, utf16Starts[i]!), Math.min(end, utf16Ends[i]!));
      if (/[0-9]/.test(own)) groups[i] = group++;
    }
  }
  return groups;
}

/** `groups`: numbers of digits, from the left. */
export function groupingOf(groups: readonly number[]): Grouping {
  const [first, last] = [groups[0], groups.at(-1)];
  if (first === undefined || last === undefined || groups.length === 1) return 'one group';
  if (groups.every(group => group === 1)) return 'single digits';
  const isLeft = groups.slice(0, -1).every(group => group === 3) && last <= 3;
  const isRight = groups.slice(1).every(group => group === 3) && first <= 3;
  if (isLeft && isRight) return 'threes';
  return isLeft ? 'left to right' : isRight ? 'right to left' : 'other';
}

export interface NumberRow {
  readonly digits: number;
  readonly commas: boolean;
  readonly grouping: Grouping;
  readonly numbers: number;
  /** The first one. */
  readonly example: string;
}

/** Numbers of a corpus by length and grouping. */
export class NumberCounts {
  readonly #rows = new Map<string, { row: NumberRow; count: number }>();
  #numbers = 0;

  /** `words`: of the text, if they are known. */
  /** `onNumber` is called with each. */
  add(
    text: string,
    encoding: Encoding,
    words?: WordRuns,
    onNumber?: (number: NumberSpan) => void,
  ): void {
    for (const number of numbersOf(text, encoding, words)) {
      const { start, end, digits, commas, grouping } = number;
      onNumber?.(number);
      this.#numbers++;
      const key = `${digits} ${commas} ${grouping}`;
      const known = this.#rows.get(key);
      if (known) known.count++;
      else {
        const example = text.slice(start, end);
        const row = { digits, commas, grouping, numbers: 1, example };
        this.#rows.set(key, { row, count: 1 });
      }
    }
  }

  /** Shortest numbers first, those without commas before the others, then the most frequent grouping. */
  result(): { numbers: number; rows: NumberRow[] } {
    const rows = [...this.#rows.values()].map(({ row, count }) => ({ ...row, numbers: count }));
    rows.sort(
      (a, b) => a.digits - b.digits || Number(a.commas) - Number(b.commas) || b.numbers - a.numbers,
    );
    return { numbers: this.#numbers, rows };
  }
}

/**
 * Whether no token holds two digits side by side, so that how a number is spelled makes no difference to its groups: "no
 * difference by construction".
 */
export function hasSingleDigitsOnly(tokenizer: Tokenizer): boolean {
  for (const { bytes, class: name } of entriesOf(tokenizer)) {
    if (name === 'special') continue;
    if (bytes.some((byte, i) => isDigit(byte) && isDigit(bytes[i + 1] ?? 0))) return false;
  }
  return true;
}
