// How a tokenizer groups the digits of numbers (Singh and Strouse 2024, "Tokenization counts: the impact of tokenization
// on arithmetic in frontier LLMs", arXiv:2402.14903).
import type { Encoding, Tokenizer } from '../../tokenizer/tokenizer';
import { ByteOffsets } from './byteOffsets';
import { entriesOf } from './entries';

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
const NUMBER = /[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+/g;
const COMMA = 0x2c;

export function numbersOf(text: string, encoding: Encoding): NumberSpan[] {
  const { byteEnds } = encoding;
  const offsets = new ByteOffsets(text, encoding);
  const numbers: NumberSpan[] = [];
  let token = 0;
  for (const { 0: number, index } of text.matchAll(NUMBER)) {
    const from = offsets.of(index);
    const groups: number[] = [];
    let [group, digits] = [0, 0];
    const close = () => {
      if (group > 0) groups.push(group);
      group = 0;
    };
    for (let i = 0; i < number.length; i++) {
      while (token < byteEnds.length && byteEnds[token]! <= from + i) {
        token++;
        close();
      }
      if (number.charCodeAt(i) === COMMA) {
        close();
      } else {
        group++;
        digits++;
      }
    }
    close();
    const commas = number.length > digits;
    const grouping = groupingOf(groups);
    numbers.push({ start: index, end: index + number.length, digits, commas, groups, grouping });
  }
  return numbers;
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

  add(text: string, encoding: Encoding): void {
    for (const { start, end, digits, commas, grouping } of numbersOf(text, encoding)) {
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
  const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
  for (const { bytes, class: name } of entriesOf(tokenizer)) {
    if (name === 'special') continue;
    if (bytes.some((byte, i) => isDigit(byte) && isDigit(bytes[i + 1]))) return false;
  }
  return true;
}
