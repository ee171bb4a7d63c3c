// How long work still takes, by how long the part of it took that is done.
import { formatDuration } from './format';

/** Milliseconds of work before anything is said: the first steps are slower than the others. */
const LEAST_MS = 1000;

export class TimeLeft {
  #began: { readonly at: number; readonly done: number } | undefined;

  /**
   * Milliseconds; undefined where too little is known. `now`: in milliseconds, of any clock. The rate is that since the
   * first call, whose time is none of the work's: a model may have been opened by then.
   */
  after(done: number, total: number, now: number): number | undefined {
    if (!this.#began || done < this.#began.done) this.#began = { at: now, done };
    const [spent, more] = [now - this.#began.at, done - this.#began.done];
    if (spent < LEAST_MS || more <= 0 || done >= total) return undefined;
    return (spent / more) * (total - done);
  }
}

/** For example ', about 4 min left'; empty where it is not known. */
export function formatTimeLeft(ms: number | undefined): string {
  return ms === undefined ? '' : `, about ${formatDuration(ms)} left`;
}
