// What the engine may ask of the extension host, which alone uses the network: VS Code's proxy and certificates hold in its
// `fetch`, it knows the keys, and it knows which hosts the user named.
import type { SendToServer } from '../servers/transport';
import { methodsOf } from './channel';

export interface HostApi {
  /** Throws `UserError` where nothing may be sent there, `Cancelled` when aborted. */
  sendToServer(params: Parameters<SendToServer>[0]): Awaited<ReturnType<SendToServer>>;
}

export const hostMethods = methodsOf<HostApi>({ sendToServer: true });
