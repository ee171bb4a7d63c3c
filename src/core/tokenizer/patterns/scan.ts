// Shared parts of the scanners for split patterns. They replace regular expressions because JavaScript's differ from
// those of Rust `tokenizers` in `\s`, `(?i:…)` and the Unicode version, and overflow their stack on runs of some
// million characters.
import { SPACE_CLASS, classes, runEnd } from '../unicode/classes';
import { CARRIAGE_RETURN, LINE_FEED } from '../../text/characters';

/**
 * The end of the pretoken that begins at `from`, in text[from, to): greater than `from`, at most `to`. It never splits
 * a surrogate pair. The text outside [from, to) has no influence.
 */
export type Scan = (text: string, from: number, to: number) => number;

/** The same for a pattern that need not match everywhere; returns `from` if it does not match. */
export type Match = Scan;

export const isNewline = (unit: number) => unit === LINE_FEED || unit === CARRIAGE_RETURN;

/** `[\r\n]*` */
export function newlinesEnd(text: string, from: number, to: number): number {
  let end = from;
  while (end < to && isNewline(text.charCodeAt(end))) end++;
  return end;
}

/** `\s+(?!\S)|\s+`: a run of white space leaves its last character to the following text, if it has more than one. */
export function leaveLastSpace(from: number, end: number, to: number): number {
  return end < to && end - from > 1 ? end - 1 : end;
}

/** `\s*[\r\n]+|\s+(?!\S)|\s+` for white space at `from`: ends after its last line end, if there is one. */
export function spaceEnd(text: string, from: number, to: number): number {
  const end = runEnd(classes, text, from, to, SPACE_CLASS);
  for (let i = end; i > from; i--) if (isNewline(text.charCodeAt(i - 1))) return i;
  return leaveLastSpace(from, end, to);
}

/** Calls back with each pretoken of text[from, to). Each scan splits the pieces that those before it leave. */
export function splitBy(
  scans: readonly Scan[],
  text: string,
  from: number,
  to: number,
  onPretoken: (at: number, end: number) => void,
): void {
  const [scan, ...rest] = scans;
  if (!scan) return onPretoken(from, to);
  for (let at = from; at < to;) {
    const end = scan(text, at, to);
    splitBy(rest, text, at, end, onPretoken);
    at = end;
  }
}
