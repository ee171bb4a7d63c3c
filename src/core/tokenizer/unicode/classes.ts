// The character classes that split patterns distinguish, for every code point, in one table.
import { decodedRanges } from './ranges';
import { letterRanges, numberRanges } from './lettersAndNumbers';
import { markRanges } from './unicodeCategories';

export const OTHER_CLASS = 0;
export const LETTER_CLASS = 1;
export const NUMBER_CLASS = 2;
export const SPACE_CLASS = 3;

/** Unicode's White_Space, first and last code points. JavaScript's own `\s` also has U+FEFF and lacks U+0085. */
// prettier-ignore
export const spaceRanges = [
  [0x09, 0x0d], [0x20, 0x20], [0x85, 0x85], [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a],
  [0x2028, 0x2029], [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000],
] as const;

/** [code point]. Lone surrogates are OTHER_CLASS, as is U+FFFD, which they become in UTF-8. */
export const classes: Uint8Array = buildClasses();

let withMarks: Uint8Array | undefined;

/** The same with marks as letters, for patterns that keep them together. */
export function classesWithMarks(): Uint8Array {
  if (!withMarks) {
    withMarks = classes.slice();
    for (const [first, end] of decodedRanges(markRanges)) withMarks.fill(LETTER_CLASS, first, end);
  }
  return withMarks;
}

function buildClasses(): Uint8Array {
  const table = new Uint8Array(0x110000);
  for (const [first, end] of decodedRanges(letterRanges)) table.fill(LETTER_CLASS, first, end);
  for (const [first, end] of decodedRanges(numberRanges)) table.fill(NUMBER_CLASS, first, end);
  for (const [first, last] of spaceRanges) table.fill(SPACE_CLASS, first, last + 1);
  return table;
}

/** The code point at `index`; a surrogate without its other half inside text[0, end) is returned as such. */
export function codePointAt(text: string, index: number, end: number): number {
  const unit = text.charCodeAt(index);
  if ((unit & 0xfc00) !== 0xd800 || index + 1 >= end) return unit;
  const low = text.charCodeAt(index + 1);
  return (low & 0xfc00) === 0xdc00 ? 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff) : unit;
}

export function classAt(table: Uint8Array, text: string, index: number, end: number): number {
  const unit = text.charCodeAt(index);
  return table[(unit & 0xfc00) === 0xd800 ? codePointAt(text, index, end) : unit]!;
}

/** The end of the run of characters of one class that `index` is in. */
export function runEnd(
  table: Uint8Array,
  text: string,
  index: number,
  end: number,
  name: number,
): number {
  let i = index;
  while (i < end) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xfc00) === 0xd800) {
      const code = codePointAt(text, i, end);
      if (table[code] !== name) break;
      i += code > 0xffff ? 2 : 1;
    } else {
      if (table[unit] !== name) break;
      i++;
    }
  }
  return i;
}
