// Words as longest runs of letters, marks and digits, and whether a token holds one whole.
import { utf8LengthOf } from '../../text/utf8';
import type { Encoding } from '../../tokenizer/tokenizer';
import {
  classesWithMarks,
  codePointAt,
  LETTER_CLASS,
  NUMBER_CLASS,
} from '../../tokenizer/unicode/classes';

/** In text order: UTF-16 [start, end), which is bytes [from, to). */
export type OnWord = (start: number, end: number, from: number, to: number) => void;

export function eachWord(text: string, onWord: OnWord): void {
  const words = new WordRuns(text);
  for (let word = 0; word < words.count; word++) {
    onWord(words.startOf(word), words.endOf(word), words.fromOf(word), words.toOf(word));
  }
}

/** The words of a text, found once for all measures. */
export class WordRuns {
  count = 0;
  /** [4 × word]: start, end, from, to. */
  #spans = new Uint32Array(1024);
  /** [word]; 1 if it has a character of \p{N}. */
  #numbers = new Uint8Array(256);

  constructor(text: string) {
    const table = classesWithMarks();
    let at = 0;
    let start = -1;
    let from = 0;
    let hasNumber = 0;
    for (let i = 0; i < text.length;) {
      const code = codePointAt(text, i, text.length);
      const own = table[code];
      if (own === LETTER_CLASS || own === NUMBER_CLASS) {
        if (start < 0) {
          start = i;
          from = at;
          hasNumber = 0;
        }
        if (own === NUMBER_CLASS) hasNumber = 1;
      } else if (start >= 0) {
        this.#push(start, i, from, at, hasNumber);
        start = -1;
      }
      at += utf8LengthOf(code);
      i += code > 0xffff ? 2 : 1;
    }
    if (start >= 0) this.#push(start, text.length, from, at, hasNumber);
  }

  /** In UTF-16 units. */
  startOf(word: number): number {
    return this.#spans[4 * word]!;
  }

  endOf(word: number): number {
    return this.#spans[4 * word + 1]!;
  }

  /** In bytes. */
  fromOf(word: number): number {
    return this.#spans[4 * word + 2]!;
  }

  toOf(word: number): number {
    return this.#spans[4 * word + 3]!;
  }

  hasNumber(word: number): boolean {
    return this.#numbers[word] === 1;
  }

  #push(start: number, end: number, from: number, to: number, hasNumber: number): void {
    if (this.count === this.#numbers.length) {
      const [spans, numbers] = [this.#spans, this.#numbers];
      this.#spans = new Uint32Array(2 * spans.length);
      this.#spans.set(spans);
      this.#numbers = new Uint8Array(2 * numbers.length);
      this.#numbers.set(numbers);
    }
    const at = 4 * this.count;
    this.#spans[at] = start;
    this.#spans[at + 1] = end;
    this.#spans[at + 2] = from;
    this.#spans[at + 3] = to;
    this.#numbers[this.count] = hasNumber;
    this.count++;
  }
}

/** Asked in text order. */
export class WholeWords {
  readonly #ends: Uint32Array;
  #token = 0;

  constructor({ byteEnds }: Encoding) {
    this.#ends = byteEnds;
  }

  /** Whether bytes [from, to) are inside one token. */
  has(from: number, to: number): boolean {
    this.#skipTo(from);
    return this.#ends[this.#token]! >= to;
  }

  /** How many tokens have a byte of [from, to). */
  tokensOf(from: number, to: number): number {
    this.#skipTo(from);
    let token = this.#token;
    let tokens = 1;
    while (this.#ends[token]! < to) {
      token++;
      // One without bytes ends where the one before it does.
      if (this.#ends[token]! > this.#ends[token - 1]!) tokens++;
    }
    return tokens;
  }

  #skipTo(from: number): void {
    while (this.#token < this.#ends.length && this.#ends[this.#token]! <= from) this.#token++;
  }
}
