// Completions at a cursor. A start is taken from the tree of healing starts, then token after token is chosen until the
// model ends the text, the line ends, the text after the cursor begins to repeat, or a limit is reached.
import { incompleteFrom } from '../exactBytes/utf8Characters';
import type { ByteString } from '../exactBytes/byteString';
import type { LogprobRow } from '../exactBytes/tokenModel';
import type { HealingNode, HealingStarts, HealingHead } from './healingStarts';
import {
  sampledChoices,
  END,
  endLogprob,
  likeliestChoices,
  massOfAll,
  type TokenChoice,
  type Chooser,
  type ChoiceSampling,
} from './tokenChoice';
import { Drafter } from './drafter';
import { type TrunkRows, pathOf } from './trunkRows';
import { isSubword } from './middle';
import { isPunctuation, lineEnd, isMostlyRepeated, repeatsOf } from './stopRules';

/**
 * end: the model ends the text there. line: the line is complete. join: ending there is more probable than repeating
 * the text after the cursor. balance: more would close what is closed after the cursor, or break a string or comment.
 * tokens, time: a limit was reached. unsure: one more token would make the text too improbable. nothing: no token is
 * allowed.
 */
export type StopReason =
  'end' | 'line' | 'join' | 'balance' | 'tokens' | 'time' | 'unsure' | 'nothing';

const JOIN_BYTES = 32;

export interface CompletedToken {
  readonly id: number;
  readonly bytes: ByteString;
  /** Nats. */
  readonly logprob: number;
  /** The row that the token was chosen from. */
  readonly row: LogprobRow;
}

export interface Completion {
  /** Whole characters, in place of the bytes of the suffix from 0 to `replaces`. */
  readonly insert: ByteString;
  readonly replaces: number;
  /** The end of `insert`, which the model did not write: it closes what the insertion opens. */
  readonly closes: ByteString;
  /** What the model wrote of it, up to the suffix that it sees where it ends there. */
  readonly written: ByteString;
  readonly stopReason: StopReason;
  /** The tokens after the trunk. They spell the rolled-back bytes, then the insertion, and possibly more. */
  readonly tokens: readonly CompletedToken[];
  /** The row after the last token, if the model was asked for it. */
  readonly last: LogprobRow | undefined;
}

export interface CompleteOptions {
  /** Counts the tokens that extend past the cursor. */
  readonly maxTokens: number;
  readonly singleLine: boolean;
  /** The text after the cursor. */
  readonly suffix: ByteString;
  /** The beginning of the suffix that the model does not see and is to write, too: the rest of a word, or closers. */
  readonly close: ByteString;
  /** The rest of the word that the cursor is in; empty between words. Where it is no part of `close`, a text that begins with it repeats it. */
  readonly word: ByteString;
  /** The cursor is after an indentation that an editor made: the text adds nothing to it. */
  readonly isIndented: boolean;
  /**
   * What has to follow a text so that it leaves open what was open before: the closers of what it opens. Undefined: none
   * can do that. `hasClose`: the text replaces the close.
   */
  missingAfter(text: ByteString, hasClose: boolean): ByteString | undefined;
  /** Whether the model sees the suffix. If so, it knows where its text has to end. */
  readonly seesSuffix: boolean;
  /** Undefined: greedy decoding. */
  readonly sampling?: ChoiceSampling | undefined;
  /** Nats: the lowest log-probability of an insertion. -Infinity: no limit. */
  readonly least: number;
  /**
   * The tokens that the model sees before the end of the trunk, to draft from. Undefined: no drafting, one row per
   * request.
   */
  readonly draftFrom?: readonly number[] | undefined;
  /** Checked between tokens: whether the time limit has passed. */
  isLate(): boolean;
  /** Called with the part of the insertion that can no longer change. */
  onText?(insert: ByteString): void;
}

/**
 * The most probable completion; with `count` > 1 also those of the next most probable starts. With sampling, `count`
 * samples.
 */
export async function completeAtCursor(
  chooser: Chooser,
  rows: TrunkRows,
  beginnings: HealingStarts,
  count: number,
  options: CompleteOptions,
): Promise<Completion[]> {
  const { nodes, heads } = beginnings;
  const first = await rows.rowsOfPaths(nodes.map((_, node) => pathOf(nodes, node)));
  const { sampling, isIndented } = options;
  const starter = isIndented ? { ...chooser, notFirst: ' \t' } : chooser;
  const starts = sampling
    ? Array.from({ length: count }, () => sampledChoices(starter, nodes, heads, first, sampling))
    : likeliestChoices(starter, nodes, heads, first, count);
  const mass = massOfAll(chooser, nodes, heads, first);
  const completions: Completion[] = [];
  for (const start of starts) {
    if (!start) continue;
    if (completions.length > 0 && options.isLate()) break;
    completions.push(
      await new CompletionWriter(chooser, rows, beginnings, options).write(
        start,
        start.logprob - mass,
      ),
    );
  }
  return completions;
}

/** Where a text ends, in bytes, and whether it replaces the close. */
interface Ending {
  readonly length: number;
  readonly stop: StopReason;
  readonly hasClose: boolean;
}

class CompletionWriter {
  readonly #tokens: CompletedToken[] = [];
  /** The insertion so far; it may end inside a character. */
  #text = '';
  readonly #drafter: Drafter | undefined;
  /** The number of tokens when the model was last asked. */
  #askedAfter = 0;
  readonly #chooser: Chooser;
  readonly #rows: TrunkRows;
  readonly #beginnings: HealingStarts;
  readonly #options: CompleteOptions;

  constructor(
    chooser: Chooser,
    rows: TrunkRows,
    beginnings: HealingStarts,
    options: CompleteOptions,
  ) {
    this.#chooser = chooser;
    this.#rows = rows;
    this.#beginnings = beginnings;
    this.#options = options;
    this.#drafter = options.draftFrom && new Drafter(options.draftFrom);
  }

  /** `logprob`: nats, of the start given the text that it extends. */
  async write(start: TokenChoice, logprob: number): Promise<Completion> {
    const { nodes } = this.#beginnings;
    for (const id of pathOf(nodes, start.node)) this.#append(id);
    let likely = logprob;
    let { next } = nodes[start.node]!;
    let choice: TokenChoice | undefined = start;
    for (let written = 1; ; written++) {
      if (!choice) return this.#stop('nothing');
      if (likely < this.#options.least) return this.#stop('unsure');
      if (choice.token === END) return this.#stop('end');
      this.#append(choice.token);
      const reason = this.#reasonToStop(written);
      if (reason) return this.#stop(reason);
      this.#reportText();
      next = next.followedBy(choice.token);
      const row = this.#rows.known(this.#path) ?? (await this.#ask());
      choice = this.#choose({ parent: -1, token: -1, next }, row);
      likely += choice?.logprob ?? 0;
    }
  }

  /** The row after the tokens so far. With a draft, the rows after its tokens are fetched in the same request. */
  async #ask(): Promise<LogprobRow> {
    const path = this.#path;
    this.#drafter?.accepted(path.length - this.#askedAfter - 1);
    const draft = this.#drafter?.draftAfter(path) ?? [];
    this.#askedAfter = path.length;
    const [row] = await this.#rows.rowsOfPaths([
      path,
      ...draft.map((_, i) => [...path, ...draft.slice(0, i + 1)]),
    ]);
    return row!;
  }

  get #path(): number[] {
    return this.#tokens.map(({ id }) => id);
  }

  #choose(node: HealingNode, row: LogprobRow): TokenChoice | undefined {
    const heads: HealingHead[] = [{ node: 0, rest: '' }];
    const { sampling } = this.#options;
    return sampling
      ? sampledChoices(this.#chooser, [node], heads, [row], sampling)
      : likeliestChoices(this.#chooser, [node], heads, [row], 1)[0];
  }

  #append(id: number): void {
    const row = this.#rows.known(this.#path)!;
    const bytes = this.#chooser.tokens.bytesOf(id)!;
    this.#tokens.push({ id, bytes, logprob: row[id]!, row });
    const { rolledBack } = this.#beginnings;
    this.#text = this.#tokens
      .map(token => token.bytes)
      .join('')
      .slice(rolledBack.length);
  }

  #reasonToStop(written: number): StopReason | undefined {
    const { singleLine, suffix, close, maxTokens, isLate } = this.#options;
    if (this.#repeatsWord()) return 'join';
    if (singleLine && this.#lineEnd >= 0) return 'line';
    if (isMostlyRepeated(this.#text, suffix)) return 'join';
    if (close !== '' && isMostlyRepeated(this.#text, suffix.slice(close.length))) return 'join';
    if (written >= maxTokens) return 'tokens';
    return isLate() ? 'time' : undefined;
  }

  /**
   * -1: the line has not ended. Before closers the first line break is its end: what would follow it has no room between
   * the brackets of one line.
   */
  get #lineEnd(): number {
    const { close } = this.#options;
    return close === '' || !isPunctuation(close) ? lineEnd(this.#text) : this.#text.indexOf('\n');
  }

  #repeatsWord(): boolean {
    const { word, close } = this.#options;
    return word !== '' && close === '' && this.#text.startsWith(word);
  }

  #reportText(): void {
    // The repeated beginning of the suffix may still be left out.
    const [sure = this.#text.length] = repeatsOf(this.#text, this.#options.suffix);
    const text = this.#text.slice(0, sure);
    this.#options.onText?.(text.slice(0, incompleteFrom(text)));
  }

  async #stop(reason: StopReason): Promise<Completion> {
    let text = this.#text.slice(0, incompleteFrom(this.#text));
    if (reason === 'line') text = text.slice(0, this.#lineEnd);
    const { close } = this.#options;
    const { length, stop, hasClose } =
      close === ''
        ? await this.#beforeRepeated(text, reason)
        : await this.#withClose(this.#beforeRest(text), reason);
    const written = text.slice(0, length);
    const closes = written === '' ? '' : this.#missingAfter(written, hasClose)!;
    // What stands there already need not be inserted, if nothing comes after it.
    const isKept = hasClose && closes === '' && written.endsWith(close);
    const insert = (isKept ? written.slice(0, -close.length || undefined) : written) + closes;
    return {
      insert,
      replaces: hasClose && !isKept ? close.length : 0,
      closes,
      written: stop === 'join' && !hasClose ? written + close : written,
      stopReason: stop,
      tokens: this.#tokens,
      last: this.#rows.known(this.#path),
    };
  }

  /** Where there is no close: the text before what repeats the suffix, and before what leaves it unbalanced. */
  async #beforeRepeated(text: ByteString, reason: StopReason): Promise<Ending> {
    if (this.#repeatsWord()) return { length: 0, stop: 'join', hasClose: false };
    const joined = beforeWord(
      text.slice(0, await this.#joinOf(text, reason === 'end')),
      this.#options.word,
    );
    const length = this.#balancedEnd(text.slice(0, joined), false);
    if (length < joined) return { length, stop: 'balance', hasClose: false };
    return { length, stop: length < text.length ? 'join' : reason, hasClose: false };
  }

  /** Without a tail that repeats the text after the close. */
  #beforeRest(text: ByteString): ByteString {
    const { suffix, close } = this.#options;
    const rest = suffix.slice(close.length);
    return isMostlyRepeated(text, rest) ? text.slice(0, repeatsOf(text, rest)[0]) : text;
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
