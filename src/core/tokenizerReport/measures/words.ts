// Lengths of words beside lengths of tokens (Hierarchical Autoregressive Transformers, Neitemeier et al. 2025,
// arXiv:2501.10322, whose model reads words in place of tokens; no such model is run here).
import { scriptNames, scriptOf } from '../../text/unicodeScripts';
import { utf8LengthOf } from '../../text/utf8';
import type { Encoding } from '../../tokenizer/tokenizer';
import {
  classesWithMarks,
  codePointAt,
  LETTER_CLASS,
  NUMBER_CLASS,
  OTHER_CLASS,
} from '../../tokenizer/unicode/classes';
import { WholeWords, type OnWord } from './wordRuns';

const [HAN, HIRAGANA] = [scriptNames.indexOf('Han'), scriptNames.indexOf('Hiragana')];
const UNDERSCORE = 0x5f;
/** MidLetter and MidNum of UAX 29, those of both among them; ICU counts the colon for some languages only. */
const MID_LETTERS = new Set(Array.from(".'’‘·․‧", each => each.charCodeAt(0)));
const MID_NUMBERS = new Set(Array.from(".'’‘,;․", each => each.charCodeAt(0)));

/**
 * Words by the rules of Unicode Standard Annex 29, simplified: letters, marks, digits and underscores, with a full stop
 * or an apostrophe between letters, and those or a comma between digits. Each character of Han and Hiragana is a word,
 * since no dictionary is asked. Intl.Segmenter takes a second for 1 MB, and its time grows with the square of a text's length.
 */
export function eachUnicodeWord(text: string, onWord: OnWord): void {
  const table = classesWithMarks();
  let at = 0;
  let start = -1;
  let from = 0;
  /** OTHER_CLASS: nothing joins. */
  let previous = OTHER_CLASS;
  const { length } = text;
  for (let i = 0; i < length;) {
    const code = codePointAt(text, i, length);
    const units = code > 0xffff ? 2 : 1;
    const bytes = utf8LengthOf(code);
    const own = code === UNDERSCORE ? LETTER_CLASS : table[code]!;
    if (own === LETTER_CLASS || own === NUMBER_CLASS) {
      // Below Hiragana there are no characters that are words.
      const isWord = code > 0x3040 && isSingle(code);
      if (isWord && start >= 0) onWord(start, i, from, at);
      if (isWord || start < 0) {
        start = i;
        from = at;
      }
      previous = code === UNDERSCORE ? OTHER_CLASS : own;
      if (isWord) {
        onWord(i, i + units, at, at + bytes);
        start = -1;
      }
    } else if (start >= 0) {
      const joins =
        previous !== OTHER_CLASS &&
        (previous === NUMBER_CLASS ? MID_NUMBERS : MID_LETTERS).has(code) &&
        i + 1 < length &&
        table[codePointAt(text, i + 1, length)] === previous;
      if (!joins) {
        onWord(start, i, from, at);
        start = -1;
      }
    }
    at += bytes;
    i += units;
  }
  if (start >= 0) onWord(start, length, from, at);
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

  add(text: string, encoding: Encoding): void {
    const whole = new WholeWords(encoding);
    eachUnicodeWord(text, (start, end, from, to) => {
      const characters = to - from === end - start ? end - start : codePoints(text, start, end);
      this.#words[Math.min(LONGEST, characters)]!++;
      this.#perWord[Math.min(LONGEST, whole.tokensOf(from, to))]!++;
      this.#wordCharacters += characters;
    });
    this.#addTokens(text, encoding);
  }

  #addTokens(text: string, { byteStarts, byteEnds }: Encoding): void {
    const isAscii = (byteEnds.at(-1) ?? 0) === text.length;
    /** The first character that begins at byte `at`. */
    let [i, at] = [0, 0];
    for (let token = 0; token < byteEnds.length; token++) {
      const end = byteEnds[token]!;
      let characters = 0;
      if (isAscii) {
        characters = end - byteStarts[token]!;
      } else {
        for (; at < end; characters++) {
          const code = codePointAt(text, i, text.length);
          at += utf8LengthOf(code);
          i += code > 0xffff ? 2 : 1;
        }
      }
      this.#tokens[Math.min(LONGEST, characters)]!++;
      this.#tokenCharacters += characters;
    }
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
