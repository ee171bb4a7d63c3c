// Requests that take turns: what runs them does one at a time.
import { Cancelled } from '../core/errors';

export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs the work after all that was asked for before it, failed or not. Throws `Cancelled` when aborted by then. */
  take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const run = () => {
      if (signal?.aborted) throw new Cancelled();
      return work();
    };
    const done = this.last.then(run, run);
    this.last = done.catch(() => {});
    return done;
  }
}
