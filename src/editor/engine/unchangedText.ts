// Work of a command over a text, which a change of the text ends: unlike what the overlay asks for, nothing asks again.
import { Cancelled, UserError } from '../../core/errors';

/**
 * Answers what the work answers. Throws what it throws, but `UserError` where something other than `signal` ended it.
 * @param task what has to be run again, for the message: 'the export'
 * @param changing what may have changed meanwhile
 */
export async function overUnchanged<T>(
  signal: AbortSignal,
  task: string,
  work: () => Promise<T>,
  changing = 'The text',
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Cancelled) || signal.aborted) throw error;
    throw new UserError(`${changing} changed during ${task}. Run it again.`);
  }
}

/** What ends work of features. */
export const TEXT_OR_AUTOENCODER = 'The text or the autoencoder';
