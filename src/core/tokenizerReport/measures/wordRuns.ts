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
  const table = classesWithMarks();
  let at = 0;
  let start = -1;
  let from = 0;
  for (let i = 0; i < text.length;) {
    const code = codePointAt(text, i, text.length);
    const own = table[code];
    if (own === LETTER_CLASS || own === NUMBER_CLASS) {
      if (start < 0) {
        start = i;
        from = at;
      }
    } else if (start >= 0) {
      onWord(start, i, from, at);
      start = -1;
    }
    at += utf8LengthOf(code);
    i += code > 0xffff ? 2 : 1;
  }
  if (start >= 0) onWord(start, text.length, from, at);
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
