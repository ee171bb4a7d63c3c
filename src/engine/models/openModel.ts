// Opens models in this process: each has the thread that its source asks for.
import type { SendToServer } from '../../servers/transport';
import { RuntimeClient } from '../onnx/session/runtimeClient';
import { Model, type OpenModel } from './model';

/**
 * @param runtimePath the bundle of the thread that runs ONNX Runtime
 * @param onLost such a thread ended unasked: nothing can be scored in this process any more
 * @param send how requests reach servers
 * @param keepsTests whether what self-tests find may be written to the cache
 */
export function modelOpener(
  runtimePath: string,
  onLost?: () => void,
  send?: SendToServer,
  keepsTests = true,
): OpenModel {
  return Model.opener(() => new RuntimeClient(runtimePath, onLost, keepsTests), send);
}
