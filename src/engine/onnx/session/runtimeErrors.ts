// What ONNX Runtime throws is about the user's model; what else goes wrong is a bug and stays one.
import { Cancelled, UserError } from '../../../core/errors';

/** The runtime's error as a `UserError` that begins with `what` and ends with its reason. */
export function explainRuntimeError(error: unknown, what: string): Error {
  if (!(error instanceof Error)) return new UserError(`${what}: ${error}`);
  const known = [UserError, Cancelled, TypeError, RangeError];
  if (known.some(kind => error instanceof kind)) return error;
  // The first line, without where in the runtime's sources it was said.
  const [line = ''] = error.message.split('\n');
  return new UserError(`${what}: ${line.replace(/\S*\/onnxruntime\/\S+\s*/g, '').trim()}`);
}
