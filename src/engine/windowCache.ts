// Remembers the scores of windows by their tokens, so that after an edit only rows behind the first
// changed token are computed again.
import type { Scores } from '../core/scores';
import { commonPrefix } from '../core/stream/tokenStream';

export interface ScoredWindow {
  /** The window's tokens. */
  readonly ids: Uint32Array;
  /** Rows for tokens [firstRow, firstRow + rows) of the window. */
  readonly firstRow: number;
  readonly scores: Scores;
}

export class WindowCache {
  /** Least recently used first. */
  private readonly windows: ScoredWindow[] = [];

  constructor(private readonly capacity = 64) {}

  add(window: ScoredWindow): void {
    this.windows.push(window);
    if (this.windows.length > this.capacity) this.windows.shift();
  }

  /** The remembered window that knows most rows from `firstRow` on, and the token where it parts from `ids`. */
  find(ids: Uint32Array, firstRow: number): { window: ScoredWindow; until: number } | undefined {
    let best: { window: ScoredWindow; until: number } | undefined;
    for (const window of this.windows) {
      if (window.firstRow > firstRow) continue;
      const known = window.firstRow + window.scores.logprobs.length;
      const until = Math.min(commonPrefix(window.ids, ids), known);
      if (until > (best?.until ?? firstRow)) best = { window, until };
    }
    if (best) {
      this.windows.splice(this.windows.indexOf(best.window), 1);
      this.windows.push(best.window);
    }
    return best;
  }
}
