// Folders of tuned lenses of zeros, which change nothing unless a test changes them.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors } from './saes';

export type StoredLens = Parameters<typeof writeSafetensors>[1];

export interface LensOptions {
  layers?: number;
  width?: number;
  /** Fields of its config.json in place of those that it needs. */
  config?: object;
  change?: (tensors: StoredLens) => void;
}

/** In a new folder in `parent`; returns it. */
export function writeTunedLens(
  parent: string,
  { layers = 5, width = 64, config = {}, change = () => {} }: LensOptions = {},
): string {
  const path = mkdtempSync(join(parent, 'lens-'));
  const given = { base_model_name_or_path: 'a/b', d_model: width, num_hidden_layers: layers };
  writeFileSync(join(path, 'config.json'), JSON.stringify({ ...given, ...config }));
  const tensors: StoredLens = {};
  for (let i = 0; i < layers; i++) {
    tensors[`${i}.weight`] = { shape: [width, width], data: new Float32Array(width * width) };
    tensors[`${i}.bias`] = { shape: [width], data: new Float32Array(width) };
  }
  change(tensors);
  writeSafetensors(join(path, 'params.safetensors'), tensors);
  return path;
}
