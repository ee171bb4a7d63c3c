// What is not available is answered, not thrown: the views show it in place of a number.
import { UserError } from '../core/errors';
import type { Refusal } from '../protocol/types';

/** The reason instead of the result, where the work throws a `UserError`. */
export async function asRefusal<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return { refused: error.message.replace(/\.$/, '') };
    throw error;
  }
}
