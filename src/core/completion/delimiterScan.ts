// Reads source code from left to right and keeps what is open: brackets, strings, comments. One pass, a few characters
// at a time, so that it can stop at any place and go on from there.
import type { Delimiters } from './delimiters';

export type Region = 'code' | 'comment' | 'string';

interface Opener {
  readonly open: string;
  readonly close: string;
  readonly region: Region;
  readonly endsWithLine: boolean;
}

const BRACKETS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const CLOSERS: ReadonlySet<string> = new Set(BRACKETS.values());
const LINE_END = '\n';
/** In place of closers: inside a regular expression, and inside a class in it. */
const REGEX = '/';
const REGEX_CLASS = '/]';

/** A string may have these before it: f"", rb'', L"". */
const STRING_PREFIX = /^(?:[rbuf]{1,2}|L|u8)$/i;
/** Words after which a slash begins a regular expression. */
const BEFORE_REGEX = /^(?:return|typeof|case|in|of|void|delete|throw|await|yield|else|do)$/;
const LONGEST_WORD = 12;

export class DelimiterScan {
  /** The closers that are due, innermost last. */
  readonly due: string[];
  /** Closers that nothing opened, and strings that their line cut. */
  errors: number;
  readonly #delimiters: Delimiters;
  readonly #openers: ReadonlyMap<string, readonly Opener[]>;
  /** The last character of code that is not white space, and the word that it ends. */
  #last = '';
  #word = '';
  #isInWord = false;
  /** Between `<a` and `>`. */
  #isInTag = false;

  constructor(delimiters: Delimiters, from?: DelimiterScan) {
    this.#delimiters = delimiters;
    this.#openers = from ? from.#openers : openersOf(delimiters);
    this.due = from ? [...from.due] : [];
    this.errors = from?.errors ?? 0;
    if (!from) return;
    this.#last = from.#last;
    this.#word = from.#word;
    this.#isInWord = from.#isInWord;
    this.#isInTag = from.#isInTag;
  }

  copy(): DelimiterScan {
    return new DelimiterScan(this.#delimiters, this);
  }

  get region(): Region {
    const due = this.due.at(-1);
    if (due === undefined || CLOSERS.has(due)) return 'code';
    return due === LINE_END || this.#isBlock(due) ? 'comment' : 'string';
  }

  /** Reads what begins in `text` from `from` to `to`. Answers the place from which to read on, at most 3 after `to`. */
  read(text: string, from = 0, to = text.length): number {
    let place = from;
    while (place < to) {
      place = this.region === 'code' ? this.#code(text, place, to) : this.#inside(text, place, to);
    }
    return place;
  }

  #code(text: string, place: number, to: number): number {
    const kind = kindOf(text.charCodeAt(place));
    if (kind !== OTHER) {
      let end = place + 1;
      while (end < to && kindOf(text.charCodeAt(end)) === kind) end++;
      if (kind === WORD) {
        if (this.#last === '<' && !this.#isInWord) this.#isInTag = true;
        const word = text.slice(Math.max(place, end - LONGEST_WORD), end);
        this.#word = ((this.#isInWord ? this.#word : '') + word).slice(-LONGEST_WORD);
        this.#last = word.at(-1)!;
      }
      this.#isInWord = kind === WORD;
      return end;
    }
    const character = text[place]!;
    const opener = this.#openers
      .get(character)
      ?.find(({ open }) => text.startsWith(open, place) && this.#mayOpen(open));
    const mayBeginRegex =
      character === '/' && this.#delimiters.hasRegex === true && this.#regexMayBegin();
    this.#word = '';
    this.#isInWord = false;
    if (opener) {
      this.due.push(opener.close);
      if (opener.region === 'string') this.#last = opener.close;
      return place + opener.open.length;
    }
    const closer = BRACKETS.get(character);
    if (closer) this.due.push(closer);
    else if (mayBeginRegex) this.due.push(REGEX);
    else if (CLOSERS.has(character)) {
      if (this.due.at(-1) === character) this.due.pop();
      else this.errors++;
    }
    if (character === '>') this.#isInTag = false;
    this.#last = character;
    return place + 1;
  }

  /** An apostrophe in a word is none: don't, 1'000. */
  #mayOpen(open: string): boolean {
    if (this.#delimiters.quotesAttributes && this.#delimiters.longQuotes.includes(open))
      return this.#isInTag && this.#last === '=';
    return open !== "'" || !this.#isInWord || STRING_PREFIX.test(this.#word);
  }

  #regexMayBegin(): boolean {
    if (this.#word !== '') return BEFORE_REGEX.test(this.#word);
    return this.#last === '' || '(,=:[!&|?{;+-*%~^<>'.includes(this.#last);
  }

  #inside(text: string, place: number, to: number): number {
    while (place < to && kindOf(text.charCodeAt(place)) === WORD) place++;
    if (place === to) return place;
    const due = this.due.at(-1)!;
    const character = text[place]!;
    if (character === LINE_END && this.#endsWithLine(due)) {
      this.due.pop();
      if (due !== LINE_END && due !== REGEX && due !== REGEX_CLASS) this.errors++;
      return place + 1;
    }
    if (due === REGEX || due === REGEX_CLASS) {
      if (character === '\\') return place + 2;
      if (due === REGEX && character === '[') this.due[this.due.length - 1] = REGEX_CLASS;
      if (due === REGEX_CLASS && character === ']') this.due[this.due.length - 1] = REGEX;
      if (due === REGEX && character === '/') this.due.pop();
      return place + 1;
    }
    if (this.region === 'string') {
      if (character === '\\' && !this.#delimiters.quotesAttributes) return place + 2;
      if (due === this.#delimiters.template && text.startsWith('${', place)) {
        this.due.push('}');
        this.#last = '{';
        return place + 2;
      }
    }
    if (!text.startsWith(due, place)) return place + 1;
    this.due.pop();
    return place + due.length;
  }

  #endsWithLine(due: string): boolean {
    const isQuote = this.#delimiters.quotes.includes(due);
    return due === LINE_END || due === REGEX || due === REGEX_CLASS || isQuote;
  }

  #isBlock(due: string): boolean {
    return this.#delimiters.block.some(([, close]) => close === due);
  }
}

const [OTHER, WORD, SPACE] = [0, 1, 2];
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /\w/.test(character) ? WORD : /\s/.test(character) ? SPACE : OTHER;
});

function kindOf(code: number): number {
  return KINDS[code] ?? OTHER;
}

/** By first character, the longest first. */
function openersOf({ line, block, quotes, longQuotes }: Delimiters): Map<string, Opener[]> {
  const all: Opener[] = [
    ...block.map(([open, close]) => opener(open, close, 'comment')),
    ...line.map(open => opener(open, LINE_END, 'comment', true)),
    ...longQuotes.map(open => opener(open, open, 'string')),
    ...quotes.map(open => opener(open, open, 'string', true)),
  ];
  all.sort((a, b) => b.open.length - a.open.length);
  const byFirst = new Map<string, Opener[]>();
  for (const one of all) {
    const first = one.open[0]!;
    byFirst.set(first, [...(byFirst.get(first) ?? []), one]);
  }
  return byFirst;
}

function opener(open: string, close: string, region: Region, endsWithLine = false): Opener {
  return { open, close, region, endsWithLine };
}
