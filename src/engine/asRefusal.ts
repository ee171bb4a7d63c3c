// What cannot be had is answered, not thrown: the views say it in place of a number.
import { InexactError } from '../core/errors';
import { UserError } from '../protocol/channel';
import type { Refusal } from '../protocol/engine';

/** The reason instead, where exactness cannot be had. */
export async function refusing<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InexactError || error instanceof UserError) {
      return { refused: error.message.replace(/\.$/, '') };
    }
    throw error;
  }
}
