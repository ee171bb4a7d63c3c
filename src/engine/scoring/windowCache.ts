// Remembers what was computed for windows by their tokens, so that after an edit only rows after the first
// changed token are computed again.
import { commonPrefix } from '../../core/text/stream/tokenStream';

export interface CachedWindow<R> {
  /** The window's tokens. */
  readonly ids: Uint32Array;
  /** Rows for tokens from `firstRow` on. */
  readonly firstRow: number;
  readonly rows: R;
}

export class WindowCache<R> {
  /** Least recently used first. */
  private readonly windows: CachedWindow<R>[] = [];

  constructor(
    private readonly count: (rows: R) => number,
    private capacity = 64,
  ) {}

  /** From now on remembers at least this many windows. */
  reserve(capacity: number): void {
    this.capacity = Math.max(this.capacity, capacity);
  }

  /** In place of what was known of this same window. */
  add(window: CachedWindow<R>): void {
    const same = this.windows.findIndex(({ ids }) => ids === window.ids);
    if (same >= 0) this.windows.splice(same, 1);
    this.windows.push(window);
    if (this.windows.length > this.capacity) this.windows.shift();
  }

  /** The remembered window that knows most rows from `firstRow` on, and the token where it parts from `ids`. */
  find(ids: Uint32Array, firstRow: number): { window: CachedWindow<R>; until: number } | undefined {
    let best: { window: CachedWindow<R>; until: number } | undefined;
    for (const window of this.windows) {
      if (window.firstRow > firstRow) continue;
      const known = window.firstRow + this.count(window.rows);
      const until = Math.min(commonPrefix(window.ids, ids), known);
      if (until > (best?.until ?? firstRow)) best = { window, until };
    }
    if (best) this.use(best.window);
    return best;
  }

  /** The remembered window of exactly these tokens, beside others that begin with them. */
  findSame(ids: Uint32Array): CachedWindow<R> | undefined {
    const same = this.windows.find(
      window => window.ids.length === ids.length && commonPrefix(window.ids, ids) === ids.length,
    );
    if (same) this.use(same);
    return same;
  }

  /** Now the most recently used one. */
  private use(window: CachedWindow<R>): void {
    this.windows.splice(this.windows.indexOf(window), 1);
    this.windows.push(window);
  }
}
