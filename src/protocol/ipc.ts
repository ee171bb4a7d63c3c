// The connection between a process and its forked child: typed arrays pass unchanged where the child was
// forked with `serialization: 'advanced'`.
import type { ChildProcess } from 'node:child_process';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

export function ipcConnection(other: NodeJS.Process | ChildProcess): MessageConnection {
  return createMessageConnection(new IPCMessageReader(other), new IPCMessageWriter(other));
}
