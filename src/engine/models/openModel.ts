// Opens models in this process: each has the thread that its source asks for.
import { RuntimeClient } from '../onnx/session/runtimeClient';
import { Model, type OpenModel } from './model';

/**
 * @param runtimePath the bundle of the thread that runs ONNX Runtime
 * @param onLost such a thread ended unasked: nothing can be scored in this process any more
 */
export function modelOpener(runtimePath: string, onLost?: () => void): OpenModel {
  return Model.opener(() => new RuntimeClient(runtimePath, onLost));
}
