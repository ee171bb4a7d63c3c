// The progress of scoring as the status item shows it: not of work that is done at once, and without gaps from key to key,
// so that neither the text nor what stands beside it moves while somebody types. Knows no vscode, so that tests can run it.

/** Work that takes less is not shown. */
const DELAY_MS = 500;
/** Progress is kept for so long after its work ended: the next key begins more. */
export const HOLD_MS = 1000;

export interface Progress {
  readonly scored: number;
  readonly total: number;
}

export class SteadyProgress {
  private began: number | undefined;
  private seen = 0;
  private last: Progress | undefined;

  /** What is shown now. `running`: of the work that runs; undefined if none does. */
  shown(running: Progress | undefined, now: number): Progress | undefined {
    if (running && running.total > 0) {
      this.began ??= now;
      this.seen = now;
      this.last = running;
    } else if (now - this.seen >= HOLD_MS) this.forget();
    return this.began !== undefined && this.seen - this.began >= DELAY_MS ? this.last : undefined;
  }

  /** Another text is shown. */
  forget(): void {
    this.began = undefined;
    this.last = undefined;
  }
}
