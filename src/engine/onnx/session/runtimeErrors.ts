// Errors of ONNX Runtime are about the user's model, so they become `UserError`s; any other error is a bug and stays
// one.
import { Cancelled, UserError } from '../../../core/errors';

/** The runtime's error as a `UserError` that begins with `what` and ends with its reason. */
export function explainRuntimeError(error: unknown, what: string): Error {
  if (!(error instanceof Error)) return new UserError(`${what}: ${error}`);
  const known = [UserError, Cancelled, TypeError, RangeError];
  if (known.some(kind => error instanceof kind)) return error;
  // The first line, without the place in the runtime's sources.
  const [line = ''] = error.message.split('\n');
  return new UserError(`${what}: ${line.replace(/\S*\/onnxruntime\/\S+\s*/g, '').trim()}`);
}
