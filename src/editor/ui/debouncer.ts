// Runs work later, once, however often it is asked for until then. Knows no vscode, so that tests can run it.

export class Debouncer {
  private timer: NodeJS.Timeout | undefined;
  /** In milliseconds of `Date.now`, while a timer is set. */
  private due = Infinity;
  private work: () => unknown = () => {};

  /** Runs `work` within `ms`. It replaces work that is still due, and runs at the earlier of both times. */
  schedule(ms: number, work: () => unknown): void {
    this.work = work;
    const due = Date.now() + ms;
    if (this.timer && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.work();
    }, ms);
  }

  /** Drops the work that is due, if any. */
  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  dispose(): void {
    this.cancel();
  }
}
