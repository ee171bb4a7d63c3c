// The pass over features of the autoencoder that is open beside the model.
import { asRefusal } from '../asRefusal';
import type { EngineState } from '../engineState';
import { checkSpelled } from './checkSpelled';
import type { Pass } from './pass';

export function featuresPass(state: EngineState): Pass {
  return {
    id: 'features',
    total: document => document.streamBy(state.model().tokenizer).size.tokens,
    available: document =>
      asRefusal(async () => {
        state.autoencoder.needed();
        return checkSpelled(state.model(), document);
      }),
    run: async (document, run) => ({
      scored: await state.autoencoder.needed().windows.run(document, run),
    }),
    columns(document, { first, end }, { features: options }) {
      const { current: service, isMissing } = state.autoencoder;
      if (!options) return undefined;
      if (!service) return isMissing ? { scores: {}, pending: 0 } : undefined;
      const { features, pending } = service.tokenFeatures(document, first, end, options);
      return { scores: { features }, pending };
    },
  };
}
