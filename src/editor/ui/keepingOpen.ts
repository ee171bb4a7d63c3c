// What is open stays open where another choice cannot be opened. The message says why, and offers the list of choices.
import { UserError } from '../../core/errors';

/**
 * Throws `UserError` where what was chosen cannot be opened.
 * @param list the command that offers other choices, as messages name it: '"Tokenscope: Choose Autoencoder…"'
 * @param setting the setting that names it, where that was edited by hand
 */
export async function keepingOpen<T>(
  opening: Promise<T>,
  list: string,
  setting?: string,
): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const what = setting ? `The value of the setting "${setting}"` : 'Your choice';
    throw new UserError(
      `${what} cannot be opened, so the previous choice stays open. ${error.message} Choose another one with ${list}.`,
    );
  }
}

export const MODELS = '"Tokenscope: Choose Model or Tokenizer…"';
export const SECONDS = '"Tokenscope: Compare with Tokenizer or Model…"';
export const PAIRS = '"Tokenscope: Choose a Pair of Models…"';
export const AUTOENCODERS = '"Tokenscope: Choose Autoencoder…"';
