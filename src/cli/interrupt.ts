// Ctrl+C: work that can be stopped in the middle is, and a thread in the middle of a run is left to end.
import { Cancelled } from '../core/errors';
import { readerGone } from './terminal';

/**
 * Runs work whose signal is aborted by the first Ctrl+C, or when nobody reads the output any more; the second Ctrl+C ends
 * the process at once. Only around such work: without a listener the first one ends the process. Throws `Cancelled` when
 * interrupted.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  try {
    const result = await work(AbortSignal.any([controller.signal, readerGone]));
    if (controller.signal.aborted) throw new Cancelled();
    return result;
  } finally {
    process.removeListener('SIGINT', abort);
  }
}

/**
 * The same for work of which only a part can be stopped in the middle: elsewhere Ctrl+C ends the process at once, as it
 * does without a listener. `inPart`: says whether the work is in that part.
 */
export async function interruptiblePart<T>(
  work: (signal: AbortSignal, inPart: (isIn: boolean) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let listens = false;
  // Not again and again: a signal between two listeners is lost.
  const listen = (isIn: boolean) => {
    if (isIn === listens) return;
    listens = isIn;
    if (isIn) process.once('SIGINT', abort);
    else process.removeListener('SIGINT', abort);
  };
  try {
    return await work(controller.signal, listen);
  } finally {
    listen(false);
  }
}
