// The engine's side of ModelApi: which model is open, and what it is.
import type { Handlers } from '../../protocol/channel';
import type { ModelApi } from '../../protocol/models';
import type { EngineState } from '../engineState';

export function modelRequests(state: EngineState): Handlers<ModelApi> {
  return {
    async openModel({ folder, contextLimit }) {
      const model = await state.openModel(folder, contextLimit);
      state.contextLimit = contextLimit;
      state.setModel(model);
      return model.info;
    },

    ping() {},

    report: () => state.model().report(),
  };
}
