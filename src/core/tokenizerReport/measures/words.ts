// Lengths of words beside lengths of tokens (Hierarchical Autoregressive Transformers, Neitemeier et al. 2025,
// arXiv:2501.10322, whose model reads words in place of tokens; no such model is run here).
import { scriptNames, scriptOf } from '../../text/unicodeScripts';
import { encodeUtf8, utf8LengthOf } from '../../text/utf8';
import type { Encoding } from '../../tokenizer/tokenizer';
import {
  classesWithMarks,
  codePointAt,
  LETTER_CLASS,
  NUMBER_CLASS,
  OTHER_CLASS,
} from '../../tokenizer/unicode/classes';
import { WholeWords, WordRuns, type OnWord } from './wordRuns';

const [HAN, HIRAGANA] = [scriptNames.indexOf('Han'), scriptNames.indexOf('Hiragana')];
const UNDERSCORE = 0x5f;
/** MidLetter and MidNum of UAX 29, those of both among them; ICU counts the colon for some languages only. */
const MID_LETTERS = new Set(Array.from(".'’‘·․‧", each => each.charCodeAt(0)));
const MID_NUMBERS = new Set(Array.from(".'’‘,;․", each => each.charCodeAt(0)));

/**
 * Words by the rules of Unicode Standard Annex 29, simplified: letters, marks, digits and underscores, with a full stop
 * or an apostrophe between letters, and those or a comma between digits. Each character of Han and Hiragana is a word,
 * since no dictionary is asked. Intl.Segmenter takes a second for 1 MB, and its time grows with the square of a text's length.
 * `runs`: of the text, if they are known; characters are looked at where they are not ASCII, or an underscore is near.
 */
export function eachUnicodeWord(text: string, onWord: OnWord, runs = new WordRuns(text)): void {
  const table = classesWithMarks();
  const { length } = text;
  let start = -1;
  let from = 0;
  /** Of the last character of the word; OTHER_CLASS: nothing joins. */
  let previous = OTHER_CLASS;
  const close = (end: number, to: number) => {
    if (start >= 0) onWord(start, end, from, to);
    start = -1;
  };
  /** Returns the bytes up to `end`. */
  const read = (index: number, end: number, bytes: number) => {
    let at = bytes;
    for (let i = index; i < end;) {
      const code = codePointAt(text, i, end);
      const units = code > 0xffff ? 2 : 1;
      const own = code === UNDERSCORE ? LETTER_CLASS : table[code]!;
      const isInWord = own === LETTER_CLASS || own === NUMBER_CLASS;
      // Below Hiragana there are no characters that are words.
      const isWord = isInWord && code > 0x3040 && isSingle(code);
      if (isWord || !isInWord) close(i, at);
      if (isInWord && start < 0) [start, from] = [i, at];
      previous = code === UNDERSCORE ? OTHER_CLASS : own;
      i += units;
      at += utf8LengthOf(code);
      if (isWord) close(i, at);
    }
    return at;
  };
  const joins = (index: number) =>
    start >= 0 &&
    (previous === NUMBER_CLASS ? MID_NUMBERS : MID_LETTERS).has(text.charCodeAt(index)) &&
    table[codePointAt(text, index + 1, length)] === previous;
  /** The end of the last run, and the first underscore after it. */
  let [last, lastByte, underscore] = [0, 0, -1];
  for (let run = 0; run < runs.count; run++) {
    const [index, end] = [runs.startOf(run), runs.endOf(run)];
    const [at, to] = [runs.fromOf(run), runs.toOf(run)];
    if (underscore < last) {
      underscore = text.indexOf('_', last);
      if (underscore < 0) underscore = length;
    }
    if (underscore < index) read(last, index, lastByte);
    else if (index !== last + 1 || !joins(last)) close(last, lastByte);
    if (to - at > end - index) {
      read(index, end, at);
    } else {
      if (start < 0) [start, from] = [index, at];
      previous = table[text.charCodeAt(end - 1)]!;
    }
    [last, lastByte] = [end, to];
  }
  close(length, read(last, length, lastByte));
}

function isSingle(code: number): boolean {
  const script = scriptOf(code);
  return script === HAN || script === HIRAGANA;
}

/** Longer ones are counted with those of this length. */
export const LONGEST = 24;

export interface LengthReport {
  /** [length in characters]: how many words; [LONGEST] is of that length or longer. */
  readonly words: readonly number[];
  /** [length]: how many tokens; a character belongs to the token that it begins in. */
  readonly tokens: readonly number[];
  /** [tokens]: how many words have a byte in so many tokens. */
  readonly tokensPerWord: readonly number[];
  /** In characters; null without words or tokens. */
  readonly meanWord: number | null;
  readonly meanToken: number | null;
}

export class LengthCounts {
  readonly #words = new Float64Array(LONGEST + 1);
  readonly #tokens = new Float64Array(LONGEST + 1);
  readonly #perWord = new Float64Array(LONGEST + 1);
  #wordCharacters = 0;
  #tokenCharacters = 0;

  /** `runs`: of the text, if they are known. */
  add(text: string, encoding: Encoding, runs = new WordRuns(text)): void {
    const whole = new WholeWords(encoding);
    const onWord: OnWord = (start, end, from, to) => {
      const characters = to - from === end - start ? end - start : codePoints(text, start, end);
      this.#words[Math.min(LONGEST, characters)]!++;
      this.#perWord[Math.min(LONGEST, whole.tokensOf(from, to))]!++;
      this.#wordCharacters += characters;
    };
    eachUnicodeWord(text, onWord, runs);
    this.#addTokens(text, encoding);
  }

  #addTokens(text: string, { byteStarts, byteEnds }: Encoding): void {
    const tokens = this.#tokens;
    const bytes = encodeUtf8(text);
    /** The first byte of no ASCII character that is not before the token. */
    let other = otherThanAscii(bytes, 0);
    let sum = 0;
    for (let token = 0; token < byteEnds.length; token++) {
      const [start, end] = [byteStarts[token]!, byteEnds[token]!];
      let characters = end - start;
      if (other < end) {
        // A character begins with a byte that continues none.
        for (let at = other; at < end; at++) if ((bytes[at]! & 0xc0) === 0x80) characters--;
        other = otherThanAscii(bytes, end);
      }
      tokens[Math.min(LONGEST, characters)]!++;
      sum += characters;
    }
    this.#tokenCharacters += sum;
  }

  result(): LengthReport {
    const words = this.#words.reduce((sum, count) => sum + count, 0);
    const tokens = this.#tokens.reduce((sum, count) => sum + count, 0);
    return {
      words: [...this.#words],
      tokens: [...this.#tokens],
      tokensPerWord: [...this.#perWord],
      meanWord: words > 0 ? this.#wordCharacters / words : null,
      meanToken: tokens > 0 ? this.#tokenCharacters / tokens : null,
    };
  }
}

function codePoints(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    if (codePointAt(text, i, end) > 0xffff) i++;
    count++;
  }
  return count;
}

function otherThanAscii(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at]! < 0x80) at++;
  return at;
}
