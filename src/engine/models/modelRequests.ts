// The engine's side of ModelApi: which model is open, and what it is.
import type { Handlers } from '../../protocol/channel';
import { AUTO_DTYPE, type ModelApi } from '../../protocol/models';
import type { EngineState } from '../engineState';

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

    ping() {},

    report: () => state.model().report(),
  };
}
