// The engine's side of LayerApi.
import { defaultLayerOptions } from '../../core/layers/layerPasses';
import type { Handlers } from '../../protocol/channel';
import type { LayerApi } from '../../protocol/layers';
import type { EngineState } from '../engineState';
import { layersAt } from './layersAt';

export function layerRequests(state: EngineState): Handlers<LayerApi> {
  return {
    layersAt({ utf16, nearShare = defaultLayerOptions.nearShare, ...version }, signal) {
      const { model, document } = state.resolve(version);
      return layersAt(model, document, utf16, nearShare, signal);
    },
  };
}
