// Entry of the engine process: serves EngineApi over its parent's IPC channel. It owns the tokenizer, the
// texts and their scores; a thread of its own runs the graph, so keystrokes and cancels are always heard.
import { join } from 'node:path';
import { serve } from '../protocol/channel';
import {
  CALIBRATING,
  COMPLETING,
  engineMethods,
  ROLLING,
  SCORED,
  type EngineApi,
} from '../protocol/engine';
import { ipcConnection } from '../protocol/ipc';
import { Documents } from './documents';
import { RuntimeClient } from './runtime/client';

// With the editor gone nothing is left to do, and a running graph would only hold the process up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const connection = ipcConnection(process);
const documents = new Documents(
  // Without its thread the process is of no use; the editor starts another.
  () => new RuntimeClient(join(__dirname, 'runtime.js'), () => process.exit(1)),
  event => void connection.sendNotification(SCORED, event),
  event => void connection.sendNotification(nameOf(event), event),
);
function nameOf(event: object): string {
  if ('points' in event) return ROLLING;
  return 'done' in event ? CALIBRATING : COMPLETING;
}
serve<EngineApi>(connection, engineMethods, documents);
connection.listen();
