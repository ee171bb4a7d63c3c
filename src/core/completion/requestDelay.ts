// How long to wait after a keystroke before requesting a completion. If completions are faster than the next key,
// waiting is unnecessary; if they are slower, only a pause in typing is worth a request.

/** Longer gaps between keys do not count as typing. */
const RHYTHM_MS = 1500;
const KEPT = 12;
/** The editor often follows a keystroke with one of its own. */
const LEAST_MS = 15;

export class RequestDelay {
  readonly #gaps: number[] = [];
  #last = -Infinity;
  #latency: number | undefined;

  keyAt(time: number): void {
    const gap = time - this.#last;
    this.#last = time;
    if (gap <= 0 || gap > RHYTHM_MS) return;
    this.#gaps.push(gap);
    if (this.#gaps.length > KEPT) this.#gaps.shift();
  }

  /** Reports how long a completion took. */
  took(ms: number): void {
    this.#latency = this.#latency === undefined ? ms : 0.7 * this.#latency + 0.3 * ms;
  }

  /** The delay, at most `limit`. */
  ms(limit: number): number {
    const gaps = [...this.#gaps].sort((a, b) => a - b);
    const gap = gaps[gaps.length >> 1];
    const latency = this.#latency;
    if (gap === undefined || latency === undefined) return Math.min(limit, 75);
    if (latency < 0.8 * gap) return Math.min(limit, LEAST_MS);
    return Math.min(limit, Math.max(LEAST_MS, 1.3 * gap));
  }
}
