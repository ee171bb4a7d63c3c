// How many tokens each Unicode script of a text takes: what MAGNET (Ahia et al. 2024, arXiv:2407.08818) sets out to make
// equal, measured on a tokenizer as it is. No boundary is learned.
//
// A token belongs to the script of its first character that has one of its own; digits, punctuation and white space alone
// are the script Common. A word is a longest run of characters of one script with the marks on them.
import type { Encoding } from '../../tokenizer/tokenizer';
import { COMMON_SCRIPT, hasNoBlanks, scriptNames } from '../../text/unicodeScripts';
import { eachScriptWord } from './scriptWords';
import { WordRuns } from './wordRuns';

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

  /** `runs`: of the text, if they are known. `onWord` is called with each word of at least `minTokens` tokens, in text order. */
  add(
    text: string,
    { byteStarts, byteEnds }: Encoding,
    runs = new WordRuns(text),
    onWord?: (word: ScriptWord) => void,
    minTokens = 3,
  ): void {
    /** A token that the last word has a byte of; how many up to there are of a word before. */
    let [token, taken] = [0, 0];
    let [tokens, bytes] = [0, 0];
    eachScriptWord(text, runs, (script, start, end, from, to, characters) => {
      while (byteEnds[token]! <= from) token++;
      const first = token;
      // Those without bytes have no character of the word, but for those that the text begins with.
      let own = from === 0 ? first + 1 : 1;
      while (byteEnds[token]! < to) {
        token++;
        if (byteEnds[token]! > byteStarts[token]!) own++;
      }
      const found = token - first + 1;
      let begin = byteStarts[first]!;
      if (first < taken) {
        own--;
        begin = byteEnds[first]!;
      }
      taken = token + 1;
      this.#tokens[script]! += own;
      this.#bytes[script]! += byteEnds[token]! - begin;
      this.#characters[script]! += characters;
      this.#words[script]!++;
      tokens += own;
      bytes += byteEnds[token]! - begin;
      if (onWord && found >= minTokens) {
        onWord({ start, end, script: scriptNames[script]!, tokens: found, bytes: to - from });
      }
    });
    this.#tokens[COMMON_SCRIPT]! += byteEnds.length - tokens;
    this.#bytes[COMMON_SCRIPT]! += (byteEnds.at(-1) ?? 0) - bytes;
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

/** A word of a text, and the tokens that it is cut into. */
export interface ScriptWord {
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly script: string;
  /** That have a byte of the word. */
  readonly tokens: number;
  readonly bytes: number;
}

/**
 * Whether a word has more than `factor` times the tokens per byte of the best script, which are 1 / `bytesPerToken`
 * (`bestBytesPerToken`). Our own definition: the paper has none.
 */
export function isOverSegmented(
  { tokens, bytes }: Pick<ScriptWord, 'tokens' | 'bytes'>,
  bytesPerToken: number,
  factor = 2,
): boolean {
  return tokens * bytesPerToken > factor * bytes;
}

/** What `isOverSegmented` compares with; undefined for a text without letters. */
export function bestBytesPerToken({ best, rows }: ScriptReport): number | undefined {
  return rows.find(({ script }) => script === best)?.bytesPerToken;
}
