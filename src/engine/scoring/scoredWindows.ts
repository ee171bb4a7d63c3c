// What is known of the scores of a text that is being edited, window by window. Windows are made as they are asked
// for, and an edit leaves those before it as they are: neither costs time for every token of the text.
import { copyScores, emptyScores, type Scores } from '../../core/lenses/scores';
import { commonPrefix, type TokenStream } from '../../core/text/stream/tokenStream';
import { nextWindow, type Window } from '../../core/text/contextWindows';

export interface WindowRule {
  /** Tokens in a window. */
  readonly context: number;
  endsLine(id: number): boolean;
}

export class ScoredWindow {
  private ownScores: Scores | undefined;
  /** [own token]; 1 where `scores` holds the token's row, known or beyond knowing. */
  private known = new Uint8Array();
  private knownRows = 0;

  constructor(
    readonly window: Window,
    /** [token of the window] */
    readonly ids: Uint32Array,
    private readonly topK: number,
  ) {}

  /** [own token]; made when there is something to put into it. */
  get scores(): Scores {
    if (!this.ownScores) {
      const own = this.window.end - this.window.ownStart;
      this.ownScores = emptyScores(own, this.topK);
      this.known = new Uint8Array(own);
    }
    return this.ownScores;
  }

  /** How many rows are known. */
  get count(): number {
    return this.knownRows;
  }

  /** Whether the row of a token of the text is known. */
  knows(token: number): boolean {
    return this.known[token - this.window.ownStart] === 1;
  }

  /** Rows [start, end) of `from` become those of the own tokens from `token` on. */
  take(from: Scores, start: number, end: number, token: number): void {
    const { ownStart, start: first } = this.window;
    const at = token - ownStart;
    const { scores } = this;
    copyScores(from, start, end, scores, at);
    for (let row = at; row < at + end - start; row++) {
      scores.contexts[row] = ownStart + row - first;
      if (this.known[row] === 0) this.knownRows++;
      this.known[row] = 1;
    }
  }

  /** Known rows of the first own tokens, as many as follow one another, at most `most`. */
  firstRows(most: number): number {
    const unknown = this.known.indexOf(0);
    return Math.max(0, Math.min(unknown < 0 ? this.known.length : unknown, most));
  }
}

export class ScoredWindows {
  private readonly windows: ScoredWindow[] = [];
  /** The window that an edit changed: its first rows are those of the window that takes its place. */
  private changed: { window: ScoredWindow; rows: number } | undefined;

  constructor(
    private stream: TokenStream,
    private readonly rule: WindowRule,
    readonly topK: number,
  ) {}

  /** How many rows are known. */
  get scored(): number {
    return this.windows.reduce((sum, { count }) => sum + count, this.changed?.rows ?? 0);
  }

  /** The windows in the order of the text. */
  *all(): Generator<ScoredWindow> {
    for (let i = 0; ; i++) {
      const window = this.windows[i] ?? this.makeNext();
      if (!window) return;
      yield window;
    }
  }

  /** Rows of tokens [first, end) as far as they are known, and how many are not. */
  rows(first: number, end: number): { scores: Scores; pending: number } {
    if (this.changed) this.makeNext();
    const scores = emptyScores(end - first, this.topK);
    let pending = end - first;
    for (const scored of this.windows) {
      const { ownStart, end: ownEnd } = scored.window;
      if (ownStart >= end) break;
      if (ownEnd <= first || scored.count === 0) continue;
      const [from, to] = [Math.max(first, ownStart), Math.min(end, ownEnd)];
      copyScores(scored.scores, from - ownStart, to - ownStart, scores, from - first);
      for (let token = from; token < to; token++) if (scored.knows(token)) pending--;
    }
    return { scores, pending };
  }

  /** Forgets what depends on token `first` or one after it. */
  keepBelow(first: number): void {
    const isWhole = ({ window: { start, end } }: ScoredWindow) =>
      end <= first && end - start === this.rule.context;
    const kept = this.windows.findIndex(window => !isWhole(window));
    if (kept >= 0) {
      const window = this.windows[kept]!;
      this.windows.length = kept;
      this.changed = { window, rows: window.firstRows(first - window.window.ownStart) };
    } else if (this.changed) {
      const { window, rows } = this.changed;
      this.changed.rows = Math.min(rows, Math.max(0, first - window.window.ownStart));
    }
  }

  /** Goes on with a stream that was made anew of the text as it is now. */
  follow(stream: TokenStream): void {
    this.stream = stream;
    const made = [...this.windows, ...(this.changed ? [this.changed.window] : [])];
    for (const { window, ids } of made) {
      const now = stream.tokens(window.start, Math.min(window.end, stream.size.tokens)).ids;
      const same = commonPrefix(ids, now);
      if (same < ids.length) return this.keepBelow(window.start + same);
    }
    this.keepBelow(made.at(-1)?.window.end ?? 0);
  }

  private makeNext(): ScoredWindow | undefined {
    const before = this.windows.at(-1);
    const { context, endsLine } = this.rule;
    const { tokens } = this.stream.size;
    const window = nextWindow(before?.window, tokens, context, token =>
      endsLine(before!.ids[token - before!.window.start]!),
    );
    const changed = this.changed;
    this.changed = undefined;
    if (!window) return undefined;
    const { ids } = this.stream.tokens(window.start, window.end);
    const scored = new ScoredWindow(window, ids, this.topK);
    if (changed && changed.window.window.ownStart === window.ownStart) {
      const rows = Math.min(changed.rows, window.end - window.ownStart);
      scored.take(changed.window.scores, 0, rows, window.ownStart);
    }
    this.windows.push(scored);
    return scored;
  }
}
