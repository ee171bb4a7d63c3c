// Individual steps that rewrite a text before it is split and merged.
import { belongsTo, decodedRanges, type Belongs } from '../unicode/ranges';
import type { ReplacedSpan } from './spans';
import { combiningRanges } from '../unicode/unicodeCategories';

/** The changes of a step, in order; the text between the spans is unchanged. */
export type Rewrite = (text: string) => ReplacedSpan[];

/** Nothing is prepended to an empty text. */
export function prepend(prefix: string): Rewrite {
  return text => (text === '' ? [] : [{ start: 0, end: 0, text: prefix }]);
}

export function replaceAll(content: string, by: string): Rewrite {
  return text => {
    const spans: ReplacedSpan[] = [];
    for (let at = text.indexOf(content); at >= 0;) {
      const end = at + content.length;
      spans.push({ start: at, end, text: by });
      at = text.indexOf(content, end);
    }
    return spans;
  };
}

/** One character at a time, as in Rust: no rule looks at the context. */
export const lowercase: Rewrite = text =>
  Array.from(text.matchAll(CHANGES_IN_LOWER_CASE), ({ 0: letter, index }) => ({
    start: index,
    end: index + letter.length,
    text: lowerCaseOf(letter),
  }));

/**
 * Characters that a runtime with Unicode 15 leaves unchanged but Rust 1.9x (Unicode 17) does not are listed by hand.
 */
const CHANGES_IN_LOWER_CASE =
  /[\p{Changes_When_Lowercased}\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/gu;
const APART: Readonly<Record<string, string>> = { '\ua7cb': '\u0264', '\ua7dc': '\u019b' };

function lowerCaseOf(letter: string): string {
  const lower = letter.toLowerCase();
  if (lower !== letter) return lower;
  const code = letter.codePointAt(0)!;
  const shift = code >= 0x16ea0 ? 0x1b : code >= 0x10d50 ? 0x20 : 1;
  return APART[letter] ?? String.fromCodePoint(code + shift);
}

/** Removes white space at either or both ends. */
export function strip(left: boolean, right: boolean): Rewrite {
  return text => {
    const start = left ? /^\p{White_Space}*/u.exec(text)![0].length : 0;
    let end = text.length;
    while (right && end > start && /\p{White_Space}/u.test(text[end - 1]!)) end--;
    return [
      { start: 0, end: start, text: '' },
      { start: end, end: text.length, text: '' },
    ].filter(span => span.end > span.start);
  };
}

export function stripAccents(): Rewrite {
  return withoutMarks(belongsTo(decodedRanges(combiningRanges)));
}

/** Removes marks. The removed bytes are assigned to the character before the mark, not to a token after it. */
export function withoutMarks(isMark: Belongs): Rewrite {
  return text => {
    const spans: { start: number; end: number; text: string }[] = [];
    for (const { 0: character, index } of text.matchAll(/[^\x00-\x7f]/gu)) {
      if (!isMark(character.codePointAt(0)!)) continue;
      const last = spans.at(-1);
      const end = index + character.length;
      if (last?.end === index) {
        last.end = end;
        continue;
      }
      const start =
        index - (/.$/su.exec(text.slice(Math.max(0, index - 2), index))?.[0].length ?? 0);
      spans.push({ start, end, text: text.slice(start, index) });
    }
    return spans;
  };
}

/** Replaces what `candidates` matches by the result of `by`; undefined keeps it. */
export function replaceCharacters(
  candidates: RegExp,
  by: (found: string) => string | undefined,
): Rewrite {
  return text =>
    Array.from(text.matchAll(candidates)).flatMap(({ 0: found, index }) => {
      const replacement = by(found);
      const end = index + found.length;
      return replacement === undefined ? [] : [{ start: index, end, text: replacement }];
    });
}

/**
 * The changes of a pre_tokenizer in a text between added tokens; `isFirst`: whether it is at the beginning of the whole
 * text.
 */
export type Respell = (text: string, isFirst: boolean) => ReplacedSpan[];
