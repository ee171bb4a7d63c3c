// Where a completion ends: before what would repeat the text after the cursor, and where it leaves brackets, quotes,
// comments and tags as open as they were.
import { incompleteFrom } from '../exactBytes/utf8Characters';
import type { ByteString } from '../exactBytes/byteString';
import type { CompletedToken, CompleteOptions, StopReason } from './completion';
import type { HealingStarts } from './healingStarts';
import { isSubword } from './middle';
import { isPunctuation, lineEnd, isMostlyRepeated, repeatsOf } from './stopRules';
import { END, endLogprob } from './tokenChoice';
import type { TrunkRows } from './trunkRows';

const JOIN_BYTES = 32;

/** Where a text ends, in bytes, and whether it replaces the close. */
export interface Ending {
  readonly length: number;
  readonly stop: StopReason;
  readonly hasClose: boolean;
}

/** For one completion, of which `tokens` are those so far. */
export class Endings {
  readonly #rows: TrunkRows;
  readonly #beginnings: HealingStarts;
  readonly #options: CompleteOptions;
  readonly #tokens: readonly CompletedToken[];

  constructor(
    rows: TrunkRows,
    beginnings: HealingStarts,
    options: CompleteOptions,
    tokens: readonly CompletedToken[],
  ) {
    this.#rows = rows;
    this.#beginnings = beginnings;
    this.#options = options;
    this.#tokens = tokens;
  }

  /** Where a text ends whose writing has stopped. */
  endingOf(text: ByteString, reason: StopReason): Promise<Ending> {
    return this.#options.close === ''
      ? this.#beforeRepeated(text, reason)
      : this.#withClose(this.#beforeRest(text), reason);
  }

  /**
   * -1: the line has not ended. Before closers the first line break is its end: what would follow it has no room between
   * the brackets of one line.
   */
  lineEndOf(text: ByteString): number {
    const { close } = this.#options;
    return close === '' || !isPunctuation(close) ? lineEnd(text) : text.indexOf('\n');
  }

  /** Whether a text begins with the rest of the word that stands after the cursor. */
  repeatsWord(text: ByteString): boolean {
    const { word, close } = this.#options;
    return word !== '' && close === '' && text.startsWith(word);
  }

  /** Where there is no close: the text before what repeats the suffix, and before what leaves it unbalanced. */
  async #beforeRepeated(text: ByteString, reason: StopReason): Promise<Ending> {
    if (this.repeatsWord(text)) return { length: 0, stop: 'join', hasClose: false };
    const joined = beforeWord(
      text.slice(0, await this.#joinOf(text, reason === 'end')),
      this.#options.word,
    );
    const length = this.#balancedEnd(text.slice(0, joined), false);
    if (length < joined) return { length, stop: 'balance', hasClose: false };
    return { length, stop: length < text.length ? 'join' : reason, hasClose: false };
  }

  /** Without a tail that repeats the text after the close, also where it repeats the close before it. */
  #beforeRest(text: ByteString): ByteString {
    const { suffix, close } = this.#options;
    const rest = suffix.slice(close.length);
    if (isMostlyRepeated(text, rest)) return text.slice(0, repeatsOf(text, rest)[0]);
    if (!isMostlyRepeated(text, suffix)) return text;
    return text.slice(0, repeatsOf(text, suffix)[0]! + close.length);
  }

  /**
   * Where the text after the cursor begins with a close. A text that has the closers of it replaces them: an editor wrote
   * them as what closes the brackets and quotes. Else the text ends before it, where that is most probable of the places that
   * leave it balanced. The texts compared are whole: from the cursor to the suffix that the model sees, and the end.
   */
  async #withClose(text: ByteString, reason: StopReason): Promise<Ending> {
    const { close, word, suffix, seesSuffix } = this.#options;
    const isWord = !isPunctuation(close);
    if (!isWord) {
      const length = this.#balancedEnd(text, true);
      if (length > 0) {
        return { length, stop: length < text.length ? 'balance' : reason, hasClose: true };
      }
      if (reason !== 'end' && reason !== 'line') {
        const length = this.#balancedEnd(text, false);
        return { length, stop: length < text.length ? 'balance' : reason, hasClose: false };
      }
    }
    // The rest of a word may be in the middle of a token.
    const rest = word || close;
    const ownEnds = isWord ? occurrencesOf(rest, text) : [];
    const ends = [...this.#tokenEnds(text), ...ownEnds].filter(end => {
      const part = text.slice(0, end);
      const missing = this.#missingAfter(part, false);
      if (isWord && beforeWord(part, rest) < end) return false;
      return (isWord ? missing === '' : missing !== undefined) && !isMostlyRepeated(part, suffix);
    });
    const texts = ends.map(end => text.slice(0, end) + close);
    const expected = seesSuffix ? '' : joinOf(suffix.slice(close.length));
    const scores = await this.#textLogprobs(texts.map(one => one + expected));
    const best = scores.reduce((best, value, i) => (value > scores[best]! ? i : best), 0);
    return { length: ends[best]!, stop: 'join', hasClose: false };
  }

  /**
   * The last token end at which the text leaves open what was open, or what can be closed after it. `hasClose`: the last
   * at which it replaces the close, too. 0: there is none.
   */
  #balancedEnd(text: ByteString, hasClose: boolean): number {
    const { close, suffix } = this.#options;
    const fits = (end: number) => {
      const part = text.slice(0, end);
      if (hasClose && !isSubword(close, part)) return false;
      const isKept = hasClose && part.endsWith(close);
      const inserted = isKept ? part.slice(0, part.length - close.length) : part;
      const rest = hasClose && !isKept ? suffix.slice(close.length) : suffix;
      return !isMostlyRepeated(inserted, rest) && this.#missingAfter(part, hasClose) !== undefined;
    };
    return this.#tokenEnds(text).findLast(fits) ?? 0;
  }

  #missingAfter(text: ByteString, hasClose: boolean): ByteString | undefined {
    return this.#options.missingAfter(text, hasClose);
  }

  /**
   * How much of the text to insert: all of it, or the part before the place where ending is more probable than
   * repeating the text after the cursor. The candidates are compared by probabilities of the same kind: that the text
   * is the candidate and ends; if the model sees no suffix, that the text is the candidate and continues with the
   * suffix.
   */
  async #joinOf(text: ByteString, hasEnded: boolean): Promise<number> {
    const { suffix, seesSuffix } = this.#options;
    const places = repeatsOf(text, suffix);
    if (places.length === 0) return text.length;
    const isScored = hasEnded || !seesSuffix;
    const wanted = isScored ? [...places, text.length] : places;
    const expected = seesSuffix ? '' : joinOf(suffix);
    const scores = await this.#textLogprobs(wanted.map(at => text.slice(0, at) + expected));
    if (!isScored) {
      // The written text, which has not ended. No text that begins with it is more probable.
      wanted.push(text.length);
      scores.push(this.#tokens.reduce((sum, { logprob }) => sum + logprob, 0));
    }
    if (isMostlyRepeated(text, suffix)) scores[scores.length - 1] = -Infinity;
    const best = wanted[scores.reduce((best, value, i) => (value > scores[best]! ? i : best), 0)]!;
    return best < text.length ? this.#joinOf(text.slice(0, best), true) : best;
  }

  /** The beginning of `text`, the token ends inside it that are at whole characters, and its end. */
  #tokenEnds(text: ByteString): number[] {
    let at = -this.#beginnings.rolledBack.length;
    const ends = this.#tokens.map(({ bytes }) => (at += bytes.length));
    const isWhole = (end: number) => incompleteFrom(text.slice(0, end)) === end;
    const inside = ends.filter(end => end > 0 && end < text.length && isWhole(end));
    return text === '' ? [0] : [0, ...inside, text.length];
  }

  /** Nats: of the canonical tokens of each text, plus its end if the model sees the suffix. */
  async #textLogprobs(texts: readonly ByteString[]): Promise<number[]> {
    const rows = this.#rows;
    const paths = texts.map(text => this.#beginnings.encode(text));
    await rows.rowsOfPaths(paths.flatMap(path => [...path, END].map((_, n) => path.slice(0, n))));
    return paths.map(path =>
      path.reduce(
        (sum, id, i) => sum + rows.known(path.slice(0, i))![id]!,
        this.#options.seesSuffix ? endLogprob(rows.known(path)!, rows.ends) : 0,
      ),
    );
  }
}

/** The end of `text`, or where `word` begins that it ends with: the rest of a word, which stands after it already. */
function beforeWord(text: ByteString, word: ByteString): number {
  // A single letter may be meant.
  return word.length > 1 && text.endsWith(word) ? text.length - word.length : text.length;
}

function occurrencesOf(part: ByteString, text: ByteString): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) places.push(at);
  return places;
}

/** The beginning of the suffix by which a continuation with it is recognised. */
function joinOf(suffix: ByteString): ByteString {
  const line = suffix.indexOf('\n', suffix.search(/[^\r\n]/)) + 1;
  const beginning = suffix.slice(0, Math.min(line || Infinity, JOIN_BYTES));
  return beginning.slice(0, incompleteFrom(beginning));
}
