// Entry of the engine process: serves EngineApi over its parent's IPC channel. It owns the tokenizer, the
// texts and their scores; a thread of its own runs the model, so keystrokes and cancels are always received.
import { join } from 'node:path';
import { serve } from '../protocol/channel';
import { engineMethods, type EngineApi } from '../protocol/engine';
import { ipcConnection } from '../protocol/ipc';
import { modelOpener } from './models/openModel';
import { engineServer } from './server';

// With the editor gone nothing is left to do, and a running graph would only hold the process up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const connection = ipcConnection(process);
// Without its thread the process is of no use; the editor starts another.
const openModel = modelOpener(join(__dirname, 'runtime.js'), () => process.exit(1));
const server = engineServer(openModel, (name, event) => {
  void connection.sendNotification(name, event);
});
serve<EngineApi>(connection, engineMethods, server);
connection.listen();
