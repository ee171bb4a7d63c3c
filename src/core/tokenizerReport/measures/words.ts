// Lengths of words beside lengths of tokens (Hierarchical Autoregressive Transformers, Neitemeier et al. 2025,
// arXiv:2501.10322, whose model reads words in place of tokens; no such model is run here).
import { scriptNames, scriptOf } from '../../text/unicodeScripts';
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
  let [at, start, from] = [0, -1, 0];
  /** OTHER_CLASS: nothing joins. */
  let previous = OTHER_CLASS;
  const { length } = text;
  const close = (end: number) => {
    if (start >= 0) onWord(start, end, from, at);
    start = -1;
  };
  for (let i = 0; i < length;) {
    const code = codePointAt(text, i, length);
    const units = code > 0xffff ? 2 : 1;
    const own = code === UNDERSCORE ? LETTER_CLASS : table[code]!;
    if (own === LETTER_CLASS || own === NUMBER_CLASS) {
      // Below Hiragana there are no characters that are words.
      const isWord = code > 0x3040 && isSingle(code);
      if (isWord || start < 0) {
        close(i);
        start = i;
        from = at;
      }
      at += bytesOf(code);
      previous = code === UNDERSCORE ? OTHER_CLASS : own;
      if (isWord) {
        close(i + units);
        previous = OTHER_CLASS;
      }
    } else {
      const mids = previous === NUMBER_CLASS ? MID_NUMBERS : MID_LETTERS;
      const joins =
        start >= 0 &&
        previous !== OTHER_CLASS &&
        mids.has(code) &&
        i + 1 < length &&
        table[codePointAt(text, i + 1, length)] === previous;
      if (!joins) close(i);
      at += bytesOf(code);
    }
    i += units;
  }
  close(length);
}

function isSingle(code: number): boolean {
  const script = scriptOf(code);
  return script === HAN || script === HIRAGANA;
}

const bytesOf = (code: number) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);

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
    const { byteEnds } = encoding;
    let [token, characters, at] = [0, 0, 0];
    const close = () => {
      this.#tokens[Math.min(LONGEST, characters)]!++;
      this.#tokenCharacters += characters;
      characters = 0;
      token++;
    };
    for (let i = 0; i < text.length; i++) {
      const code = codePointAt(text, i, text.length);
      if (code > 0xffff) i++;
      while (byteEnds[token]! <= at) close();
      characters++;
      at += bytesOf(code);
    }
    while (token < byteEnds.length) close();
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
