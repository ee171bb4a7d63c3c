// Work over a network that is tried again where that can help.
import { setTimeout as sleep } from 'node:timers/promises';
import { Cancelled, UserError } from '../core/errors';
import { formatDuration } from '../core/format';

/** Failures in a row without a byte in between. */
const MOST_FAILURES = 5;
const FIRST_WAIT_MS = 1000;
/** That a server may ask for. */
const LONGEST_WAIT_MS = 300_000;

/** Waits, or throws when aborted. */
export type Wait = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

/** A failure that may pass by itself. Its message has no period. */
export class TransientError extends Error {
  override readonly name = 'TransientError';

  constructor(
    message: string,
    /** When the server asked to be tried again. */
    readonly afterMs?: number,
  ) {
    super(message);
  }
}

export const waitFor: Wait = async (ms, signal) => {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => throwIfAborted(signal));
};

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Cancelled();
}

/**
 * `work` answers, or throws a `TransientError`: then it is done again after a pause that doubles, or the one that the server
 * asks for. `progress`: a number that has grown where the failed try was of use. `advice`: what to do after five failures in
 * a row, without a period. Throws `UserError` then and where that pause is too long, and `Cancelled`.
 */
export async function retrying<T>(
  work: () => Promise<T>,
  wait: Wait,
  signal?: AbortSignal,
  progress: () => number = () => 0,
  advice = 'Try again later',
): Promise<T> {
  let reached = progress();
  for (let failures = 1; ; failures++) {
    throwIfAborted(signal);
    try {
      return await work();
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof TransientError)) throw error;
      if (progress() > reached) failures = 1;
      reached = progress();
      if (failures >= MOST_FAILURES)
        throw new UserError(
          `${error.message}, ${MOST_FAILURES} times in a row. ${/[.?]$/.test(advice) ? advice : `${advice}.`}`,
        );
      const pause = error.afterMs ?? FIRST_WAIT_MS * 2 ** (failures - 1);
      if (pause > LONGEST_WAIT_MS)
        throw new UserError(
          `${error.message}, and asks to wait ${formatDuration(pause)} before the next request.`,
        );
      await wait(pause, signal);
      throwIfAborted(signal);
    }
  }
}
