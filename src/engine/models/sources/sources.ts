// The kinds of weights that can be opened, the first that a folder has is taken.
import type { Missing } from '../backend';
import type { FoundFile, ModelSource } from '../source';
import { onnxSource } from './onnx/onnxSource';
import { safetensorsSource } from './safetensors/safetensorsSource';

export const sources: readonly ModelSource[] = [onnxSource, safetensorsSource];

export interface FoundWeights extends FoundFile {
  readonly source: ModelSource;
}

/** The weights in a file, and their model's folder; undefined where it is no file of weights. */
export function weightsAt(
  file: string,
): { readonly folder: string; readonly weights: FoundWeights } | undefined {
  for (const source of sources) {
    const at = source.at?.(file);
    if (at) return { folder: at.folder, weights: { source, ...at.found } };
  }
  return undefined;
}

/** The weights of a model's folder, and who opens them; where it holds none that can be opened, why. */
export function weightsIn(folder: string, dtype?: string): FoundWeights | Missing {
  for (const source of sources) {
    const found = source.find(folder, dtype);
    if (found !== undefined) return { source, ...found };
  }
  return { missing: sources.map(source => source.whyNone(folder)).join(', and ') };
}
