// The connection between a thread and its worker: typed arrays pass as structured clones.
import type { MessagePort, Worker } from 'node:worker_threads';
import {
  createMessageConnection,
  PortMessageReader,
  PortMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

export function portConnection(other: MessagePort | Worker): MessageConnection {
  return createMessageConnection(new PortMessageReader(other), new PortMessageWriter(other));
}
