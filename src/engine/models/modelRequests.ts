// The engine's side of ModelApi: which model is open, and what it is.
import { UserError } from '../../core/errors';
import type { Handlers } from '../../protocol/channel';
import { AUTO_DTYPE, type ModelApi, type ServerInfo } from '../../protocol/models';
import { addressText } from '../../servers/address';
import { findServer, type FoundServer } from '../../servers/connect';
import { RequestRefused } from '../../servers/serverClient';
import { piecesOf, savedPieces } from '../../servers/pieces';
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
      try {
        return serverInfo(await findServer(address, send, signal));
      } catch (error) {
        if (error instanceof RequestRefused && error.needsKey) return { needsKey: error.message };
        throw error;
      }
    },

    async serverPieces({ address, text }, signal) {
      if (!send) throw new UserError('This process asks no servers.');
      const found = await findServer(address, send, signal);
      const pieces = await piecesOf(found, text, signal);
      const { model, client } = found;
      const merged = pieces.filter(({ tokens }) => tokens > 1).length;
      const row = savedPieces(model, text, pieces);
      return { row, model, host: client.host, pieces: pieces.length, merged };
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
    if (!(error instanceof UserError)) throw error;
    const piecesAt = found.pieces && addressText({ base: found.address.base, model });
    return { ...facts, withoutTokenizer: error.message, ...(piecesAt && { piecesAt }) };
  }
}
