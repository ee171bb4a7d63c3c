// The size of a text in the units that token counts are divided by.
import { spaceRanges } from '../tokenizer/unicode/classes';
import { isHighSurrogate, isLowSurrogate } from './characters';

export interface TextSize {
  /** Length of its UTF-8. */
  bytes: number;
  /** Code points; a lone surrogate counts as one. */
  characters: number;
  /** Runs of non-white-space characters, as counted by `wc -w`. */
  words: number;
}

export const emptySize: TextSize = { bytes: 0, characters: 0, words: 0 };

/** [UTF-16 unit]; 1 for white space as in `\s`: Unicode's with U+FEFF, without U+0085. */
const blanks = new Uint8Array(0x10000);
for (const [first, last] of spaceRanges) blanks.fill(1, first, last + 1);
blanks[0x85] = 0;
blanks[0xfeff] = 1;

/** In one pass: a report on a tokenizer asks for the size of every text. */
export function textSizeOf(text: string): TextSize {
  let [words, pairs, more] = [0, 0, 0];
  let isAfterBlank = 1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isBlank = blanks[unit]!;
    words += isAfterBlank & (isBlank ^ 1);
    isAfterBlank = isBlank;
    if (unit < 0x80) continue;
    more += unit < 0x800 ? 1 : 2;
    if (isLowSurrogate(unit) && isHighSurrogate(text.charCodeAt(i - 1))) pairs++;
  }
  // A pair has four bytes, and not three for each half.
  return { bytes: text.length + more - 2 * pairs, characters: text.length - pairs, words };
}

export function addSizes(a: TextSize, b: TextSize): TextSize {
  return {
    bytes: a.bytes + b.bytes,
    characters: a.characters + b.characters,
    words: a.words + b.words,
  };
}

/** Ratios of a tokenizer for a text; NaN for a division by zero. */
export interface Rates {
  /** The tokenizer's fertility. */
  tokensPerWord: number;
  tokensPerCharacter: number;
  bytesPerToken: number;
}

export function ratesOf(tokens: number, { bytes, characters, words }: TextSize): Rates {
  const ratio = (a: number, b: number) => (b > 0 ? a / b : NaN);
  return {
    tokensPerWord: ratio(tokens, words),
    tokensPerCharacter: ratio(tokens, characters),
    bytesPerToken: ratio(bytes, tokens),
  };
}
