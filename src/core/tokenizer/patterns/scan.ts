// What the scanners of split patterns share. Scanners stand in for regular expressions: JavaScript's differ
// from those of Rust `tokenizers` in `\s`, `(?i:…)` and the version of Unicode, and overflow their stack on
// a run of some million characters.
import { SPACE_CLASS, classes, runEnd } from '../unicode/classes';

/**
 * The end of the pretoken that begins at `from`, in text[from, to): greater than `from`, at most `to`.
 * The ends split no surrogate pair. What stands before `from` and from `to` on plays no part.
 */
export type Scan = (text: string, from: number, to: number) => number;

/** The same for a pattern that need not match everywhere: `from` itself where it does not. */
export type Match = Scan;

export const BLANK = 0x20;
export const APOSTROPHE = 0x27;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export const isNewline = (unit: number) => unit === LINE_FEED || unit === CARRIAGE_RETURN;

/** `[\r\n]*` */
export function newlinesEnd(text: string, from: number, to: number): number {
  let end = from;
  while (end < to && isNewline(text.charCodeAt(end))) end++;
  return end;
}

/** `\s+(?!\S)|\s+`: a run of white space leaves its last character to what follows it, if it has another. */
export function leaveLastSpace(from: number, end: number, to: number): number {
  return end < to && end - from > 1 ? end - 1 : end;
}

/** `\s*[\r\n]+|\s+(?!\S)|\s+` where white space stands at `from`: it ends behind its last line end, if it has one. */
export function spaceEnd(text: string, from: number, to: number): number {
  const end = runEnd(classes, text, from, to, SPACE_CLASS);
  for (let i = end; i > from; i--) if (isNewline(text.charCodeAt(i - 1))) return i;
  return leaveLastSpace(from, end, to);
}
