// Whether a marker in a text is one, or is only mentioned: quoted, in code, or in the middle of a sentence.

/**
 * quoted: in inline code or between quotation marks. aside: in a fenced block of code, or in the middle of a sentence;
 * some models write markers there all the same.
 */
export type Standing = 'mark' | 'aside' | 'quoted';

const FENCE = /^[ \t]*```/gm;
const OPENING_QUOTES = '"\'“‘«„';
const CLOSING_QUOTES = '"\'”’»“';
/** What the word before a marker ends with in the middle of a sentence. */
const IN_SENTENCE = /[\p{L}\p{N},]/u;
/** How a sentence goes on after a marker that closes. */
const GOES_ON = /[\p{Ll},.;:)?!]/u;

/** For one text. Markers have to be asked about in the order of the text, so that all of it is read once. */
export class MarkStandings {
  readonly #text: string;
  /** Where lines begin that open or close a block of code; only those that have a partner. */
  readonly #fences: readonly number[];
  #fencesBefore = 0;
  /** The line that was asked about last, the backticks in it, and those in it before `#counted`. */
  #lineEnd = -1;
  #backticks = 0;
  #backticksBefore = 0;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
    const fences = Array.from(text.matchAll(FENCE), ({ index }) => index);
    this.#fences = fences.slice(0, fences.length - (fences.length % 2));
  }

  /** Of a marker at text[start, end). */
  of(start: number, end: number, isOpening: boolean): Standing {
    const text = this.#text;
    if (this.#isInlineCode(start)) return 'quoted';
    const [before, after] = [text[start - 1] ?? '', text[end] ?? ''];
    if (isOneOf(OPENING_QUOTES, before) && isOneOf(CLOSING_QUOTES, after)) return 'quoted';
    if (this.#isFenced(start)) return 'aside';
    if (!isBlank(before)) return 'mark';
    let word = start - 1;
    while (isBlank(text[word] ?? '')) word--;
    if (!IN_SENTENCE.test(text[word] ?? '')) return 'mark';
    let next = end;
    while (isBlank(text[next] ?? '')) next++;
    const following = text[next] ?? '\n';
    const goesOn = isOpening ? !/[\r\n]/.test(following) : GOES_ON.test(following);
    return goesOn ? 'aside' : 'mark';
  }

  #isFenced(at: number): boolean {
    while ((this.#fences[this.#fencesBefore] ?? Infinity) < at) this.#fencesBefore++;
    return this.#fencesBefore % 2 === 1;
  }

  /** Odd numbers of backticks on its line before and after it: one without a partner encloses nothing. */
  #isInlineCode(at: number): boolean {
    const text = this.#text;
    if (at > this.#lineEnd) {
      this.#counted = text.lastIndexOf('\n', at) + 1;
      const end = text.indexOf('\n', at);
      this.#lineEnd = end < 0 ? text.length : end;
      this.#backticks = backticksIn(text, this.#counted, this.#lineEnd);
      this.#backticksBefore = 0;
    }
    this.#backticksBefore += backticksIn(text, this.#counted, at);
    this.#counted = at;
    return this.#backticksBefore % 2 === 1 && this.#backticks % 2 === 0;
  }
}

function backticksIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (text[at] === '`') count++;
  return count;
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t';
}

function isOneOf(characters: string, character: string): boolean {
  return character !== '' && characters.includes(character);
}
