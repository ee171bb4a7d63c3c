// The engine's side of ModelApi: which model is open, and what it is.
import { UserError } from '../../core/errors';
import type { Handlers } from '../../protocol/channel';
import { AUTO_DTYPE, type ModelApi, type ServerInfo } from '../../protocol/models';
import { findServer, type FoundServer } from '../../servers/connect';
import type { SendToServer } from '../../servers/transport';
import type { PlaceProblem } from '../../core/models/machineModel';
import type { EngineState } from '../engineState';
import { deleteWeightCache, weightCache } from '../gguf/weightCache';
import { ggufCache } from './sources/gguf/ggufSource';
import { completeAddress } from './sources/server/findTokenizer';
import { localModels } from './sources/server/localModels';
import { machineModels } from './places/machineModels';
import { surroundings } from './places/placeFolders';

export function modelRequests(state: EngineState, send?: SendToServer): Handlers<ModelApi> {
  return {
    async openModel({ folder, contextLimit, dtype: wanted }) {
      const dtype = wanted === AUTO_DTYPE ? undefined : wanted;
      const model = await state.openModel(folder, contextLimit, dtype);
      state.contextLimit = contextLimit;
      state.dtype = dtype;
      state.setModel(model);
      return model.info;
    },

    cancelOpening: () => state.openings.cancel(),

    async machineModels({ recent }) {
      const problems: PlaceProblem[] = [];
      const found = machineModels({
        around: surroundings(),
        named: recent.map(path => ({ place: 'recent', path })),
        onProblem: problem => problems.push(problem),
      });
      for (const model of found) {
        state.emit('foundModel', model);
        // It is sent before the next one is read.
        await new Promise(setImmediate);
      }
      return problems;
    },

    weightCache: ({ deletes }) =>
      deletes ? deleteWeightCache(ggufCache()) : weightCache(ggufCache()),

    async findServer({ address }, signal) {
      if (!send) throw new UserError('This process asks no servers.');
      return serverInfo(await findServer(address, send, signal));
    },

    ping() {},

    report: () => state.model().report(),
  };
}

function serverInfo(found: FoundServer): ServerInfo {
  const { title: kind, model, models, cannot, client, program } = found;
  const facts = { kind, model, models: [...models] };
  if (cannot !== undefined) {
    const local = program === undefined ? [] : localModels(program, models);
    return { ...facts, cannot: `${client.host} is ${kind}. ${cannot}.`, local };
  }
  try {
    return { ...facts, address: completeAddress(found) };
  } catch (error) {
    if (error instanceof UserError) return { ...facts, withoutTokenizer: error.message };
    throw error;
  }
}
