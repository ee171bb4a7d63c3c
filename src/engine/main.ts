// Entry of the engine process: serves EngineApi over its parent's IPC channel. It owns the tokenizer, the
// texts and their scores; a thread of its own runs the graph, so keystrokes and cancels are always heard.
import { join } from 'node:path';
import { serve } from '../protocol/channel';
import { engineMethods, type EngineApi } from '../protocol/engine';
import { ipcConnection } from '../protocol/ipc';
import { EngineServer } from './server';
import { RuntimeClient } from './onnx/session/runtimeClient';

// With the editor gone nothing is left to do, and a running graph would only hold the process up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const connection = ipcConnection(process);
const documents = new EngineServer(
  // Without its thread the process is of no use; the editor starts another.
  () => new RuntimeClient(join(__dirname, 'runtime.js'), () => process.exit(1)),
  (name, event) => void connection.sendNotification(name, event),
);
serve<EngineApi>(connection, engineMethods, documents);
connection.listen();
