// The kinds of weights that can be opened, the first that a folder has is taken.
import type { Missing } from '../backend';
import type { ModelSource } from '../source';
import { onnxSource } from './onnx/onnxSource';
import { safetensorsSource } from './safetensors/safetensorsSource';

export const sources: readonly ModelSource[] = [onnxSource, safetensorsSource];

export interface FoundWeights {
  readonly source: ModelSource;
  readonly path: string;
}

/** The weights of a model's folder, and who opens them; where it holds none that can be opened, why. */
export function weightsIn(folder: string): FoundWeights | Missing {
  for (const source of sources) {
    const path = source.find(folder);
    if (path !== undefined) return { source, path };
  }
  return { missing: sources.map(source => source.whyNone(folder)).join(', and ') };
}
