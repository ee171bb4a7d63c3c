// The kinds of weights that can be opened. The first that a folder has is taken, unless its numbers are not those of the
// trained model, and a later one's are.
import { basename } from 'node:path';
import type { Missing } from '../backend';
import { EXACT_DTYPE, type FoundFile, type ModelSource } from '../source';
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
  const all = sources.flatMap((source): FoundWeights[] => {
    const found = source.find(folder, dtype);
    return found ? [{ source, ...found }] : [];
  });
  const [first, ...others] = all;
  if (!first) return { missing: sources.map(source => source.whyNone(folder)).join(', and ') };
  const { dtype: own, otherDtypes = [] } = first;
  if (own === undefined || own === dtype || own === EXACT_DTYPE) return first;
  const better = others.find(({ source, path }) => source.opensExactly?.(path, folder));
  if (!better) return first;
  return {
    ...better,
    dtype: EXACT_DTYPE,
    otherDtypes: [own, ...otherDtypes],
    why: `built from ${basename(better.path)}, because ${basename(first.path)} (${own}) has other numbers`,
  };
}
