// The character categories that the larger split patterns use, as flags for every code point.
import { codePointAt, spaceRanges } from './classes';
import { decodedRanges } from './ranges';
import { letterRanges, numberRanges } from './lettersAndNumbers';
import {
  lowerRanges,
  markRanges,
  punctuationRanges,
  symbolRanges,
  upperRanges,
} from './unicodeCategories';

export const LETTER_FLAG = 1;
export const MARK_FLAG = 2;
export const NUMBER_FLAG = 4;
export const PUNCTUATION_FLAG = 8;
export const SYMBOL_FLAG = 16;
export const SPACE_FLAG = 32;
/** Letters except lower case, and marks: `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`. */
export const UPPER_FLAG = 64;
/** Letters except upper case, and marks: `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`. */
export const LOWER_FLAG = 128;

let table: Uint8Array | undefined;

/** [code point]; flags. Built on first use, because most tokenizers do not need it. */
export function categories(): Uint8Array {
  return (table ??= buildCategories());
}

/** The end of the run of characters with any of the flags that `index` is in. */
export function flagRunEnd(text: string, index: number, end: number, flags: number): number {
  const all = categories();
  let i = index;
  while (i < end) {
    const code = codePointAt(text, i, end);
    if ((all[code]! & flags) === 0) break;
    i += code > 0xffff ? 2 : 1;
  }
  return i;
}

function buildCategories(): Uint8Array {
  const flags = new Uint8Array(0x110000);
  const mark = (ranges: string, set: number, cleared = 0) => {
    for (const [first, end] of decodedRanges(ranges)) {
      for (let code = first; code < end; code++) flags[code] = (flags[code]! | set) & ~cleared;
    }
  };
  mark(letterRanges, LETTER_FLAG | UPPER_FLAG | LOWER_FLAG);
  mark(upperRanges, 0, LOWER_FLAG);
  mark(lowerRanges, 0, UPPER_FLAG);
  mark(markRanges, MARK_FLAG | UPPER_FLAG | LOWER_FLAG);
  mark(numberRanges, NUMBER_FLAG);
  mark(punctuationRanges, PUNCTUATION_FLAG);
  mark(symbolRanges, SYMBOL_FLAG);
  for (const [first, last] of spaceRanges) {
    for (let code = first; code <= last; code++) flags[code]! |= SPACE_FLAG;
  }
  return flags;
}
