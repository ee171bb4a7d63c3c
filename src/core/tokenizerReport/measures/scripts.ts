// How many tokens each Unicode script of a text takes: what MAGNET (Ahia et al. 2024, arXiv:2407.08818) sets out to make
// equal, measured on a tokenizer as it is. No boundary is learned.
//
// A token belongs to the script of its first character that has one of its own; digits, punctuation and white space alone
// are the script Common. A word is a longest run of characters of one script with the marks on them.
import type { Encoding } from '../../tokenizer/tokenizer';
import { utf8LengthOf } from '../../text/utf8';
import { codePointAt } from '../../tokenizer/unicode/classes';
import {
  COMMON_SCRIPT,
  hasNoBlanks,
  INHERITED_SCRIPT,
  scriptNames,
  scriptOf,
} from '../../text/unicodeScripts';

export interface ScriptRow {
  /** Its long name in Unicode: 'Devanagari'. */
  readonly script: string;
  readonly tokens: number;
  /** UTF-8 of its tokens, blanks in them included. */
  readonly bytes: number;
  /** Code points of the script and marks on them; 0 for Common. */
  readonly characters: number;
  /** 0 for Common. */
  readonly words: number;
  readonly bytesPerToken: number;
  /** Null without characters of the script: Common. */
  readonly tokensPerCharacter: number | null;
  /** Null where no blanks divide the script's words. */
  readonly tokensPerWord: number | null;
  /** The best script's bytes per token ÷ those of this one: how many times the tokens for as many bytes. */
  readonly disparity: number;
  /** Tokens per word ÷ those of the best script. */
  readonly wordDisparity: number | null;
}

export interface ScriptReport {
  /** The one with most bytes per token, of those that `MIN_TOKENS` tokens are known of, or else of all. */
  readonly best: string | null;
  /** Most tokens first. Common is no candidate for the best one. */
  readonly rows: readonly ScriptRow[];
}

/** Fewer tokens say little about a script: one Greek letter in a formula is as good as it gets. */
export const MIN_TOKENS = 100;

const SCRIPTS = scriptNames.length;

export class ScriptCounts {
  /** [script] */
  readonly #tokens = new Float64Array(SCRIPTS);
  readonly #bytes = new Float64Array(SCRIPTS);
  readonly #characters = new Float64Array(SCRIPTS);
  readonly #words = new Float64Array(SCRIPTS);

  add(text: string, { byteStarts, byteEnds }: Encoding): void {
    const [tokens, bytes] = [this.#tokens, this.#bytes];
    const [characters, words] = [this.#characters, this.#words];
    const count = byteEnds.length;
    let token = 0;
    /** Of the token: the script that was found first. */
    let script = COMMON_SCRIPT;
    /** Of the word that the last character belongs to; Common for none. */
    let word = COMMON_SCRIPT;
    let length = 0;
    let tokenEnd = count > 0 ? byteEnds[0]! : Infinity;
    for (let i = 0, end = 0; i < text.length; i++) {
      const code = codePointAt(text, i, text.length);
      if (code > 0xffff) i++;
      end += utf8LengthOf(code);
      let own = scriptOf(code);
      if (own === INHERITED_SCRIPT) own = word;
      if (own !== word) {
        characters[word]! += length;
        words[own]!++;
        word = own;
        length = 0;
      }
      length++;
      if (script === COMMON_SCRIPT) script = own;
      while (tokenEnd <= end) {
        tokens[script]!++;
        bytes[script]! += tokenEnd - byteStarts[token]!;
        token++;
        tokenEnd = token < count ? byteEnds[token]! : Infinity;
        script = token < count && byteStarts[token]! < end ? own : COMMON_SCRIPT;
      }
    }
    characters[word]! += length;
    // Tokens without bytes at the end of an empty text.
    tokens[COMMON_SCRIPT]! += count - token;
  }

  result(): ScriptReport {
    const known = [...this.#tokens.keys()].filter(script => this.#tokens[script]! > 0);
    const own = known.filter(script => script !== COMMON_SCRIPT);
    const enough = own.filter(script => this.#tokens[script]! >= MIN_TOKENS);
    const candidates = enough.length > 0 ? enough : own;
    const best = Math.max(...candidates.map(script => this.#bytesPerToken(script)));
    const perWord = candidates.map(script => this.#tokensPerWord(script) ?? Infinity);
    const bestPerWord = Math.min(...perWord);
    const bestScript = candidates.find(script => this.#bytesPerToken(script) === best);
    const rows = known.map(script => {
      const tokensPerWord = this.#tokensPerWord(script);
      const tokens = this.#tokens[script]!;
      const isCommon = script === COMMON_SCRIPT;
      const characters = isCommon ? 0 : this.#characters[script]!;
      const bytesPerToken = this.#bytesPerToken(script);
      return {
        script: scriptNames[script]!,
        tokens,
        bytes: this.#bytes[script]!,
        characters,
        words: isCommon ? 0 : this.#words[script]!,
        bytesPerToken,
        tokensPerCharacter: characters > 0 ? tokens / characters : null,
        tokensPerWord,
        disparity: own.length > 0 ? best / bytesPerToken : 1,
        wordDisparity: tokensPerWord === null ? null : tokensPerWord / bestPerWord,
      };
    });
    return {
      best: bestScript === undefined ? null : scriptNames[bestScript]!,
      rows: rows.sort((a, b) => b.tokens - a.tokens),
    };
  }

  #bytesPerToken(script: number): number {
    return this.#bytes[script]! / this.#tokens[script]!;
  }

  #tokensPerWord(script: number): number | null {
    const words = this.#words[script]!;
    return words > 0 && script !== COMMON_SCRIPT && !hasNoBlanks(script)
      ? this.#tokens[script]! / words
      : null;
  }
}

/** A word of a text that a tokenizer cuts finer than the best script's words. */
export interface OverSegmented {
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly script: string;
  /** That have a byte of the word. */
  readonly tokens: number;
  readonly bytes: number;
}

/**
 * Words of at least `minTokens` tokens that have more than `factor` times the tokens per byte of the best script,
 * which are 1 / `bytesPerToken` (`bestBytesPerToken`). Our own definition: the paper has none.
 */
export function overSegmented(
  text: string,
  { byteStarts, byteEnds }: Encoding,
  bytesPerToken: number,
  factor = 2,
  minTokens = 3,
): OverSegmented[] {
  const found: OverSegmented[] = [];
  let token = 0;
  let [at, start, from, word] = [0, 0, 0, COMMON_SCRIPT];
  const close = (end: number) => {
    if (word === COMMON_SCRIPT) return;
    while (token < byteEnds.length && byteEnds[token]! <= from) token++;
    const first = token;
    while (token < byteStarts.length && byteStarts[token]! < at) token++;
    const [tokens, bytes] = [token - first, at - from];
    // The last token may reach into the next word.
    token = Math.max(first, token - 1);
    if (tokens >= minTokens && tokens * bytesPerToken > factor * bytes) {
      found.push({ start, end, script: scriptNames[word]!, tokens, bytes });
    }
  };
  for (let i = 0; i < text.length; i++) {
    const code = codePointAt(text, i, text.length);
    let own = scriptOf(code);
    if (own === INHERITED_SCRIPT) own = word;
    if (own !== word) {
      close(i);
      [start, from, word] = [i, at, own];
    }
    at += utf8LengthOf(code);
    if (code > 0xffff) i++;
  }
  close(text.length);
  return found;
}

/** What `overSegmented` compares with; undefined for a text without letters. */
export function bestBytesPerToken({ best, rows }: ScriptReport): number | undefined {
  return rows.find(({ script }) => script === best)?.bytesPerToken;
}
