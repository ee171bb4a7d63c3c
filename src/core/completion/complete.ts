// Completions at a cursor. A start is taken from the tree of healing starts, then token after token is chosen until the
// model ends the text, the line ends, the text after the cursor begins to repeat, or a limit is reached.
import { incompleteFrom } from '../exactBytes/utf8Characters';
import type { LogprobRow } from '../exactBytes/tokenModel';
import type { CompletedToken, Completion, CompleteOptions, StopReason } from './completion';
import type { Drafter } from './drafter';
import { Endings } from './endings';
import type { HealingNode, HealingStarts, HealingHead } from './healingStarts';
import { isMostlyRepeated, repeatsOf } from './stopRules';
import {
  sampledChoices,
  END,
  likeliestChoices,
  massOfAll,
  type TokenChoice,
  type Chooser,
} from './tokenChoice';
import { type TrunkRows, pathOf } from './trunkRows';

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
    const writer = new CompletionWriter(chooser, rows, beginnings, options);
    const completion = await writer.write(start, start.logprob - mass);
    // Candidates begin differently, and may still end as the same text: as no text, above all. What is drawn may repeat.
    if (sampling || !completions.some(other => isSameEdit(other, completion)))
      completions.push(completion);
  }
  return completions;
}

function isSameEdit(one: Completion, other: Completion): boolean {
  return one.insert === other.insert && one.replaces === other.replaces;
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
  readonly #endings: Endings;

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
    this.#endings = new Endings(rows, beginnings, options, this.#tokens);
    this.#drafter = options.draft?.();
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
      const row = this.#rows.known(this.#path) ?? (await this.#ask(written));
      choice = this.#choose({ parent: -1, token: -1, next }, row);
      likely += choice?.logprob ?? 0;
    }
  }

  /** The row after the tokens so far. With drafts, the rows after their tokens are fetched in the same request. */
  async #ask(written: number): Promise<LogprobRow> {
    const path = this.#path;
    this.#drafter?.accepted(path.length - this.#askedAfter - 1);
    const drafts = this.#drafter?.draftsAfter(path) ?? [];
    this.#askedAfter = path.length;
    // What follows the last token is not asked.
    const left = this.#options.maxTokens - written - 1;
    const used = drafts.filter(({ length }) => length <= left);
    await this.#rows.fetch([path, ...used.map(draft => [...path, ...draft])]);
    return this.#rows.known(path)!;
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
    if (this.#endings.repeatsWord(this.#text)) return 'join';
    if (singleLine && this.#endings.lineEndOf(this.#text) >= 0) return 'line';
    if (isMostlyRepeated(this.#text, suffix)) return 'join';
    if (close !== '' && isMostlyRepeated(this.#text, suffix.slice(close.length))) return 'join';
    if (written >= maxTokens) return 'tokens';
    return isLate() ? 'time' : undefined;
  }

  #reportText(): void {
    // The repeated beginning of the suffix may still be left out.
    const [sure = this.#text.length] = repeatsOf(this.#text, this.#options.suffix);
    const text = this.#text.slice(0, sure);
    this.#options.onText?.(text.slice(0, incompleteFrom(text)));
  }

  async #stop(reason: StopReason): Promise<Completion> {
    let text = this.#text.slice(0, incompleteFrom(this.#text));
    if (reason === 'line') text = text.slice(0, this.#endings.lineEndOf(text));
    const { close, missingAfter } = this.#options;
    const { length, stop, hasClose } = await this.#endings.endingOf(text, reason);
    const written = text.slice(0, length);
    const closes = written === '' ? '' : missingAfter(written, hasClose)!;
    // What stands there already need not be inserted, if nothing comes after it.
    const isKept = hasClose && closes === '' && written.endsWith(close);
    const insert = (isKept ? written.slice(0, -close.length) : written) + closes;
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
}
