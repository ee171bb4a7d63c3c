// The engine's side of ModelApi: which model is open, and what it is.
import type { Handlers } from '../../protocol/channel';
import { AUTO_DTYPE, type ModelApi } from '../../protocol/models';
import type { PlaceProblem } from '../../core/models/machineModel';
import type { EngineState } from '../engineState';
import { deleteWeightCache, weightCache } from '../gguf/weightCache';
import { ggufCache } from './sources/gguf/ggufSource';
import { machineModels } from './places/machineModels';
import { surroundings } from './places/placeFolders';

export function modelRequests(state: EngineState): Handlers<ModelApi> {
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

    ping() {},

    report: () => state.model().report(),
  };
}
