// Errors of ONNX Runtime are about the user's model, so they become `UserError`s; any other error is a bug and stays
// one.
import { Cancelled, UserError } from '../../../core/errors';

/** The runtime's error as a `UserError` that begins with `what` and ends with its reason. */
export function explainRuntimeError(error: unknown, what: string): Error {
  if (!(error instanceof Error)) return new UserError(`${what}: ${error}`);
  const known = [UserError, Cancelled, TypeError, RangeError];
  if (known.some(kind => error instanceof kind)) return error;
  // The first line, without the place in the runtime's sources. It may repeat whatever a graph has as a name.
  const [line = ''] = error.message.slice(0, LONGEST).split('\n');
  const words = line.split(/\s+/).filter(word => !word.includes('/onnxruntime/'));
  const cut = error.message.length > LONGEST && line.length === LONGEST ? '…' : '';
  return new UserError(`${what}: ${words.join(' ').trim()}${cut}`);
}

const LONGEST = 1000;
