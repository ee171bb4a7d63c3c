// Entry of the engine process: serves EngineApi over its parent's IPC channel. It owns the tokenizer, the
// texts and their scores; a thread of its own runs the model, so keystrokes and cancels are always received.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, serve } from '../protocol/channel';
import { engineMethods, type EngineApi } from '../protocol/engine';
import { hostMethods, type HostApi } from '../protocol/host';
import { ipcConnection } from '../protocol/ipc';
import type { SendToServer } from '../servers/transport';
import type { Emit } from './engineState';
import { modelOpener } from './models/openModel';
import { engineServer } from './server';

// With the editor gone nothing is left to do, and a running graph would only hold the process up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

// Where memory runs out, Linux ends the engine before the editor and its other children: nothing is lost with it.
if (process.platform === 'linux') {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // A system that does not let it has an order of its own.
  }
}

const connection = ipcConnection(process);
// Without its thread the process is of no use; the editor starts another.
const host = connect<HostApi>(connection, hostMethods);
const send: SendToServer = (request, signal) => host.sendToServer(request, signal);
const openModel = modelOpener(join(__dirname, 'runtime.js'), () => process.exit(1), send);
const emit: Emit = (name, event) => void connection.sendNotification(name, event);
const server = engineServer(openModel, emit, send);
serve<EngineApi>(connection, engineMethods, server);
connection.listen();
