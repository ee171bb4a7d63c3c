// Autoencoders with random weights, in memory and as folders of SAELens.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sae } from '../../src/core/sae/sae';
import { noSource } from '../../src/engine/sae/canonicalSae';
import { normals } from './graphs';

/** [count], of a standard normal distribution. */
export function normalNumbers(count: number, seed: number): Float32Array {
  const draw = normals(seed);
  return Float32Array.from({ length: count }, draw);
}

export interface SaeOptions {
  width?: number;
  features?: number;
  threshold?: number;
  hook?: string;
  seed?: number;
}

export function randomSae(options: SaeOptions = {}): Sae {
  const { width = 32, features = 96, threshold = 1, hook = null, seed = 1 } = options;
  const source = { ...noSource, hook, hookOut: hook };
  return {
    name: 'random',
    width,
    outWidth: width,
    features,
    source,
    encoder: normalNumbers(width * features, seed).map(value => value / Math.sqrt(width)),
    encoderBias: normalNumbers(features, seed + 1).map(value => value * 0.1),
    shift: normalNumbers(width, seed + 2).map(value => value * 0.1),
    decoder: normalNumbers(features * width, seed + 3).map(value => value / Math.sqrt(width)),
    decoderBias: normalNumbers(width, seed + 4).map(value => value * 0.1),
    skip: null,
    norm: 'none',
    activation: { kind: 'threshold', threshold: new Float32Array(features).fill(threshold) },
  };
}

/** Saved in the format of SAELens 6; returns the folder. */
export function writeSae(folder: string, options: SaeOptions = {}): string {
  mkdirSync(folder, { recursive: true });
  const hook = options.hook ?? 'blocks.0.hook_resid_post';
  const sae = randomSae({ ...options, hook });
  const { width, features, activation } = sae;
  if (activation.kind !== 'threshold') throw new Error('a random one has thresholds');
  writeSafetensors(join(folder, 'sae_weights.safetensors'), {
    W_enc: { shape: [width, features], data: sae.encoder },
    W_dec: { shape: [features, width], data: sae.decoder },
    b_enc: { shape: [features], data: sae.encoderBias },
    b_dec: { shape: [width], data: sae.shift! },
    threshold: { shape: [features], data: activation.threshold },
  });
  const cfg = {
    architecture: 'jumprelu',
    d_in: width,
    d_sae: features,
    dtype: 'float32',
    apply_b_dec_to_input: true,
    normalize_activations: 'none',
    metadata: { hook_name: hook, model_name: 'random' },
  };
  writeFileSync(join(folder, 'cfg.json'), JSON.stringify(cfg));
  return folder;
}

export function writeSafetensors(
  path: string,
  tensors: Record<string, { shape: number[]; data: Float32Array }>,
): void {
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape, data }] of Object.entries(tensors))
    header[name] = { dtype: 'F32', shape, data_offsets: [at, (at += data.length * 4)] };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const parts = Object.values(tensors).map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  writeFileSync(path, Buffer.concat([length, json, ...parts]));
}
