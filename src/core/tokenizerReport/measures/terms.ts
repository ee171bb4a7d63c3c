// How finely a tokenizer cuts the terms of a glossary, and what a vocabulary with some of them would save: what
// K-Tokeniser (Hasan et al. 2024, arXiv:2406.14312) starts from. Its embeddings and their gains are not measured.
import type { Encoding, Tokenizer } from '../../tokenizer/tokenizer';
import { encodeUtf8, utf8Length } from '../../text/utf8';
import {
  classAt,
  classesWithMarks,
  LETTER_CLASS,
  NUMBER_CLASS,
} from '../../tokenizer/unicode/classes';
import { WholeWords, WordRuns } from './wordRuns';

export interface TermRow {
  readonly term: string;
  /** Tokens that have a byte of it after a blank inside a text. */
  readonly pieces: number;
  /** As a whole word; where terms overlap, the first one counts, and of those the longest. Upper case is not lower case. */
  readonly occurrences: number;
  /**
   * By the term as one token, at all occurrences: their tokens but one each, and but one for each edge, blanks aside,
   * where a token reaches beyond the term, since something has to spell the rest.
   */
  readonly saved: number;
}

export interface TermReport {
  /** Of the texts. */
  readonly tokens: number;
  /** Most saved first, then most pieces. */
  readonly rows: readonly TermRow[];
}

interface Term {
  readonly term: string;
  readonly pieces: number;
  /** Of its UTF-8. */
  readonly bytes: number;
  /** UTF-16 units before its first word. */
  prefix: number;
  occurrences: number;
  saved: number;
}

const SPACE = 0x20;
const MARKS = 1 << 16;

/** Below `MARKS`, of text[start, end), which is not empty. */
function markOf(text: string, start: number, end: number): number {
  const last = text.charCodeAt(end - 1);
  const middle = text.charCodeAt((start + end) >> 1);
  return (((text.charCodeAt(start) * 31 + middle) * 31 + last) * 31 + end - start) & (MARKS - 1);
}

export class TermCounts {
  readonly #terms: Term[];
  /** By its first word; the longest first. Terms without letters and digits are not looked for. */
  readonly #byWord = new Map<string, Term[]>();
  /** [mark of a word]: 1 if some term begins with a word that has it. Most words are told apart by it. */
  readonly #marks = new Uint8Array(MARKS);
  #tokens = 0;

  /** `terms`: each once. */
  constructor(terms: readonly string[], tokenizer: Tokenizer) {
    this.#terms = terms.map(term => {
      const pieces = piecesOf(term, tokenizer);
      return { term, pieces, bytes: encodeUtf8(term).length, prefix: 0, occurrences: 0, saved: 0 };
    });
    for (const term of this.#terms) {
      const words = new WordRuns(term.term);
      if (words.count === 0) continue;
      const prefix = words.startOf(0);
      const word = term.term.slice(prefix, words.endOf(0));
      this.#marks[markOf(word, 0, word.length)] = 1;
      const list = this.#byWord.get(word) ?? [];
      term.prefix = prefix;
      list.push(term);
      this.#byWord.set(word, list);
    }
    for (const list of this.#byWord.values()) {
      list.sort((a, b) => b.term.length - a.term.length);
    }
  }

  /** `words`: of the text, if they are known. */
  add(text: string, encoding: Encoding, words = new WordRuns(text)): void {
    this.#tokens += encoding.ids.length;
    const edges = new TokenEdges(encoding);
    let past = 0;
    for (let word = 0; word < words.count; word++) {
      const [start, end] = [words.startOf(word), words.endOf(word)];
      if (this.#marks[markOf(text, start, end)] === 0) continue;
      const terms = this.#byWord.get(text.slice(start, end));
      const found = terms?.find(
        ({ term, prefix }) =>
          start - prefix >= past &&
          text.startsWith(term, start - prefix) &&
          isWhole(text, start - prefix, start - prefix + term.length),
      );
      if (!found) continue;
      const at = start - found.prefix;
      past = at + found.term.length;
      const first = words.fromOf(word) - utf8Length(text, at, start);
      found.occurrences++;
      const blanks = text.charCodeAt(at - 1) === SPACE ? 1 : 0;
      found.saved += edges.savedBy(first, first + found.bytes, blanks);
    }
  }

  /** `most`: of the rows. */
  result(most = Infinity): TermReport {
    const rows = this.#terms.map(({ term, pieces, occurrences, saved }) => {
      return { term, pieces, occurrences, saved };
    });
    rows.sort((a, b) => b.saved - a.saved || b.pieces - a.pieces);
    return { tokens: this.#tokens, rows: rows.slice(0, most) };
  }
}

/** [k]: the tokens saved by the first k + 1 rows. */
export function savedByBest({ rows }: TermReport): number[] {
  let sum = 0;
  return rows.map(({ saved }) => (sum += saved));
}

/** Tokens that have a byte of the term after a blank. */
export function piecesOf(term: string, tokenizer: Tokenizer): number {
  const encoding = tokenizer.encode(`a ${term}`);
  return new WholeWords(encoding).tokensOf(2, 2 + encodeUtf8(term).length);
}

/** Whether nothing of a word, an underscore or a dollar sign is next to text[start, end), where it ends in a word. */
function isWhole(text: string, start: number, end: number): boolean {
  return (
    !(isWord(text, start - 1) && isWord(text, start)) &&
    !(isWord(text, end - 1) && isWord(text, end))
  );
}

function isWord(text: string, index: number): boolean {
  if (index < 0 || index >= text.length) return false;
  const unit = text.charCodeAt(index);
  // Half of a pair: those of letters and of symbols are told apart by the whole.
  const at = (unit & 0xfc00) === 0xdc00 ? index - 1 : index;
  const own = classAt(classesWithMarks(), text, at, text.length);
  return own === LETTER_CLASS || own === NUMBER_CLASS || unit === 0x5f || unit === 0x24;
}

/** Asked in text order, of spans that do not overlap. */
class TokenEdges {
  #token = 0;

  constructor(private readonly encoding: Encoding) {}

  savedBy(from: number, to: number, blanks: number): number {
    const { byteStarts, byteEnds } = this.encoding;
    while (this.#token < byteEnds.length && byteEnds[this.#token]! <= from) this.#token++;
    const first = this.#token;
    let tokens = 1;
    let last = first;
    while (byteEnds[last]! < to) {
      last++;
      if (byteEnds[last]! > byteStarts[last]!) tokens++;
    }
    const left = byteStarts[first]! < from - blanks ? 1 : 0;
    const right = byteEnds[last]! > to ? 1 : 0;
    return Math.max(0, tokens - 1 - left - right);
  }
}
