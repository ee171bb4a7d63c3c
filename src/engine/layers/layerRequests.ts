// The engine's side of LayerApi.
import { defaultLayerOptions } from '../../core/layers/layerPasses';
import type { Handlers } from '../../protocol/channel';
import type { LayerApi } from '../../protocol/layers';
import type { EngineState } from '../engineState';
import { gateAt, gateCharacters } from '../gate/gateViews';
import { layersAt } from './layersAt';
import { compareLoads } from './routingLoad';

export function layerRequests(state: EngineState): Handlers<LayerApi> {
  return {
    layersAt({ utf16, parts, nearShare = defaultLayerOptions.nearShare, ...version }, signal) {
      const { model, document } = state.resolve(version);
      return layersAt(model, document, utf16, { parts, nearShare }, signal);
    },

    compareLoads({ texts, given, ...version }, signal) {
      const { model, document } = state.resolve(version);
      const aborted = AbortSignal.any([signal, document.current]);
      return compareLoads(
        model,
        document,
        { texts, given },
        aborted,
        state.workReporter('routing'),
      );
    },

    gateCharacters: ({ range, gateFolder, ...version }) =>
      gateCharacters(state.gate.current(gateFolder), state.documentAt(version), range),

    gateAt({ utf16, gateFolder, ...version }) {
      const gate = state.gate.current(gateFolder);
      return gate ? gateAt(gate, state.documentAt(version), utf16) : null;
    },
  };
}
