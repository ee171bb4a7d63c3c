// The regular expressions by which byte-level tokenizers cut text into pretokens, as scanners: JavaScript's
// expressions differ from those of Rust `tokenizers` in `\s`, `(?i:…)` and the version of Unicode, and
// overflow their stack on a run of some million characters. A file's pattern is looked up by its text.
import { LETTER, NUMBER, OTHER, SPACE, classAt, codePointAt, runEnd } from './classes';

/**
 * The end of the pretoken that begins at `from`, in text[from, to): greater than `from`, at most `to`.
 * The ends split no surrogate pair. What stands before `from` and from `to` on plays no part.
 */
export type Scan = (text: string, from: number, to: number) => number;

export const GPT2_PATTERN =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

export const QWEN2_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" +
  '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

const BLANK = 0x20;
const APOSTROPHE = 0x27;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const isNewline = (unit: number) => unit === LINE_FEED || unit === CARRIAGE_RETURN;

/** Radford et al. 2019, encoder.py; `ByteLevel` with `use_regex` in a tokenizer.json. */
export const scanGpt2: Scan = (text, from, to) => {
  const first = text.charCodeAt(from);
  if (first === APOSTROPHE) {
    const length = contraction(text, from, to, false);
    if (length > 0) return from + length;
  }
  let start = from;
  let name = classAt(text, from, to);
  if (first === BLANK && from + 1 < to) {
    const next = classAt(text, from + 1, to);
    if (next !== SPACE) {
      start = from + 1;
      name = next;
    }
  }
  const end = runEnd(text, start, to, name);
  return name === SPACE ? leaveLastSpace(from, end, to) : end;
};

/** Qwen2, Qwen2.5 and Qwen3: one digit at a time, newlines apart, any one character before a word. */
export const scanQwen2: Scan = (text, from, to) => {
  const first = text.charCodeAt(from);
  if (first === APOSTROPHE) {
    const length = contraction(text, from, to, true);
    if (length > 0) return from + length;
  }
  const code = codePointAt(text, from, to);
  const second = from + (code > 0xffff ? 2 : 1);
  const name = classAt(text, from, to);
  if (name === LETTER) return runEnd(text, second, to, LETTER);
  if (name === NUMBER) return second;
  const next = second < to ? classAt(text, second, to) : SPACE;
  if (next === LETTER && !isNewline(first)) return runEnd(text, second, to, LETTER);
  if (name === OTHER || (first === BLANK && next === OTHER)) {
    let end = runEnd(text, second, to, OTHER);
    while (end < to && isNewline(text.charCodeAt(end))) end++;
    return end;
  }
  const end = runEnd(text, second, to, SPACE);
  for (let i = end; i > from; i--) if (isNewline(text.charCodeAt(i - 1))) return i;
  return leaveLastSpace(from, end, to);
};

export const scanners: ReadonlyMap<string, Scan> = new Map([
  [GPT2_PATTERN, scanGpt2],
  [QWEN2_PATTERN, scanQwen2],
]);

/** `\s+(?!\S)|\s+`: a run of white space leaves its last character to what follows it, if it has another. */
function leaveLastSpace(from: number, end: number, to: number): number {
  return end < to && end - from > 1 ? end - 1 : end;
}

/** Length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `from`, or 0. */
function contraction(text: string, from: number, to: number, anyCase: boolean): number {
  if (from + 1 >= to) return 0;
  const fold = (at: number) => {
    if (at >= to) return '';
    const letter = text[at]!;
    if (!anyCase) return letter;
    // The one character beyond ASCII that folds to a letter of the list is the long s.
    return letter === '\u017f'
      ? 's'
      : letter >= 'A' && letter <= 'Z'
        ? letter.toLowerCase()
        : letter;
  };
  const first = fold(from + 1);
  if (first === 's' || first === 't' || first === 'm' || first === 'd') return 2;
  const second = fold(from + 2);
  if (first === 'l') return second === 'l' ? 3 : 0;
  return (first === 'r' || first === 'v') && second === 'e' ? 3 : 0;
}
