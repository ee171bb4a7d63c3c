// What is named as a model: a path on this machine, or the address of a server.
import { isServerAddress } from '../../servers/address';
import { readModelFolder, type ModelFolder } from './modelFolder';
import { readServerModel } from './sources/server/serverModel';

/** Throws `UserError` that says what is wrong with it. Nothing is asked of a server yet. */
export function readModel(path: string, dtype?: string): ModelFolder {
  return isServerAddress(path) ? readServerModel(path) : readModelFolder(path, dtype);
}
