// The kinds of weights that can be opened, the first that a folder has is taken.
import type { ModelSource } from '../source';
import { onnxSource } from './onnx/onnxSource';

export const sources: readonly ModelSource[] = [onnxSource];

/** The weights of a model's folder, and who opens them; undefined where it holds tokenizer files alone. */
export function weightsIn(folder: string): { source: ModelSource; path: string } | undefined {
  for (const source of sources) {
    const path = source.find(folder);
    if (path !== undefined) return { source, path };
  }
  return undefined;
}
