// Completions at a cursor: a beginning is taken from the tree of all beginnings, then token after token, until
// the model ends the text, the line ends, the text behind the cursor begins again, or there is enough of it.
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
import { TrunkRows, pathOf } from './trunkRows';
import { lineEnd, isMostlyRepeated, repeatsOf } from './stopRules';

/**
 * end: the model ends the text there. line: the line is whole. join: the model rather ends there, where the text
 * behind the cursor goes on as it would have. tokens, time: there was to be no more. unsure: with one token more it
 * is too unlikely. nothing: no token may come.
 */
export type StopReason = 'end' | 'line' | 'join' | 'tokens' | 'time' | 'unsure' | 'nothing';

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
  /** Whole characters. */
  readonly insert: ByteString;
  readonly stopReason: StopReason;
  /** From the end of the trunk on: they spell the handed bytes, then the insertion, and perhaps more. */
  readonly tokens: readonly CompletedToken[];
  /** The row behind the last token, where it was looked at. */
  readonly last: LogprobRow | undefined;
}

export interface CompleteOptions {
  /** Tokens that reach beyond the cursor. */
  readonly maxTokens: number;
  readonly singleLine: boolean;
  /** What is behind the cursor. */
  readonly suffix: ByteString;
  /** The part of its beginning that the model does not see: what it writes ends with that. */
  readonly close: ByteString;
  /** Whether the model sees it; then it knows where the text ends. */
  readonly seesSuffix: boolean;
  /** None: always the likeliest. */
  readonly sampling?: ChoiceSampling | undefined;
  /** Nats: an insertion is no less likely. -Infinity: however unlikely it is. */
  readonly least: number;
  /** What the model sees before the trunk's end: tokens to draft from. None: one token is asked for at a time. */
  readonly draftFrom?: readonly number[] | undefined;
  /** Asked between tokens: whether time is up. */
  isLate(): boolean;
  /** Told what is sure of the insertion by now. */
  onText?(insert: ByteString): void;
}

/** The likeliest completion, and where more are wanted those of the next likeliest beginnings; or so many drawn. */
export async function complete(
  chooser: Chooser,
  rows: TrunkRows,
  beginnings: HealingStarts,
  count: number,
  options: CompleteOptions,
): Promise<Completion[]> {
  const { nodes, heads } = beginnings;
  const first = await rows.rowsOfPaths(nodes.map((_, node) => pathOf(nodes, node)));
  const { sampling } = options;
  const starts = sampling
    ? Array.from({ length: count }, () => sampledChoices(chooser, nodes, heads, first, sampling))
    : likeliestChoices(chooser, nodes, heads, first, count);
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

class CompletionWriter {
  readonly #tokens: CompletedToken[] = [];
  /** The insertion, as it is written; it may end inside a character. */
  #text = '';
  readonly #drafter: Drafter | undefined;
  /** Tokens that were written when the model was last asked. */
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

  /** `logprob`: nats, of the start given what it begins with. */
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
      next = next.after(choice.token);
      const row = this.#rows.known(this.#path) ?? (await this.#ask());
      choice = this.#choose({ parent: -1, token: -1, next }, row);
      likely += choice?.logprob ?? 0;
    }
  }

  /** The row behind what is written, and with a draft those behind its tokens, too. */
  async #ask(): Promise<LogprobRow> {
    const path = this.#path;
    this.#drafter?.accepted(path.length - this.#askedAfter - 1);
    const draft = this.#drafter?.after(path) ?? [];
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
    const { singleLine, suffix, maxTokens, isLate } = this.#options;
    if (singleLine && lineEnd(this.#text) >= 0) return 'line';
    if (isMostlyRepeated(this.#text, suffix)) return 'join';
    if (written >= maxTokens) return 'tokens';
    return isLate() ? 'time' : undefined;
  }

  #reportText(): void {
    // What the suffix begins with may yet be left out.
    const [sure = this.#text.length] = repeatsOf(this.#text, this.#options.suffix);
    const text = this.#text.slice(0, sure);
    this.#options.onText?.(text.slice(0, incompleteFrom(text)));
  }

  async #stop(reason: StopReason): Promise<Completion> {
    let text = this.#text.slice(0, incompleteFrom(this.#text));
    if (reason === 'line') text = text.slice(0, lineEnd(text));
    const insert = text.slice(0, await this.#joinOf(text, reason === 'end'));
    return {
      insert,
      stopReason: insert.length < text.length ? 'join' : reason,
      tokens: this.#tokens,
      last: this.#rows.known(this.#path),
    };
  }

  /**
   * How much of what was written is inserted: all, or up to where the model rather stops than writes what is
   * behind the cursor already. Both are probabilities of the same kind: that the text is so much, goes on with the
   * part of the suffix that the model does not see, and ends; or, where it sees none, only that it goes on so.
   * With such a part every token may be the last one that is inserted, as what was written need not end with it.
   */
  async #joinOf(text: ByteString, hasEnded: boolean): Promise<number> {
    const { suffix, close, seesSuffix } = this.#options;
    const places = close === '' ? repeatsOf(text, suffix) : this.#tokenEnds(text);
    if (places.length === 0) return text.length;
    const isScored = hasEnded || !seesSuffix || close !== '';
    const wanted = isScored ? [...places, text.length] : places;
    const expected = seesSuffix ? close : joinOf(suffix);
    const scores = await this.#textLogprobs(wanted.map(at => text.slice(0, at) + expected));
    if (!isScored) {
      // What was written and did not end: no text that begins so is likelier.
      wanted.push(text.length);
      scores.push(this.#tokens.reduce((sum, { logprob }) => sum + logprob, 0));
    }
    if (isMostlyRepeated(text, suffix)) scores[scores.length - 1] = -Infinity;
    const best = wanted[scores.reduce((best, value, i) => (value > scores[best]! ? i : best), 0)]!;
    return best < text.length && close === '' ? this.#joinOf(text.slice(0, best), true) : best;
  }

  /** Before the end of `text`, at whole characters, its beginning included. */
  #tokenEnds(text: ByteString): number[] {
    let at = -this.#beginnings.rolledBack.length;
    const ends = this.#tokens.map(({ bytes }) => (at += bytes.length));
    const isWhole = (end: number) => incompleteFrom(text.slice(0, end)) === end;
    return [0, ...ends.filter(end => end > 0 && end < text.length && isWhole(end))];
  }

  /** Nats: of the tokens that the tokenizer makes of each text; and of the end, where the model knows of one. */
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

/** Of the suffix's beginning: what tells that a text goes on with it. */
function joinOf(suffix: ByteString): ByteString {
  const line = suffix.indexOf('\n', suffix.search(/[^\r\n]/)) + 1;
  const beginning = suffix.slice(0, Math.min(line || Infinity, JOIN_BYTES));
  return beginning.slice(0, incompleteFrom(beginning));
}
