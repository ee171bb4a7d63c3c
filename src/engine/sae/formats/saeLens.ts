// SAELens' folders: cfg.json and sae_weights.safetensors, of version 6 (nested) and of older ones (flat).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hookOf } from '../../../core/sae/hookNames';
import type { Activation, SaeSource } from '../../../core/sae/sae';
import { UserError } from '../../../core/errors';
import { nameOf, quote, type Json } from '../../../core/json';
import { readJson } from '../../models/readJson';
import {
  constantThreshold,
  scaleColumns,
  foldScale,
  mapValues,
  noSource,
  relu,
  rowLengths,
  scaleRows,
  thresholds,
  type SaeParts,
} from '../canonicalSae';
import { readSafetensors } from '../safetensors';
import { toSharedMemory, type Tensor, type Tensors } from '../tensors';
import type { SaeFiles, SaeFormat } from './saeFormat';

/** By architecture: which features stay on. */
const ACTIVATIONS: Record<string, (files: SaeFiles, weights: Tensors) => Activation> = {
  standard: (_, weights) => relu(featuresOf(weights)),
  topk: ({ path, config }) => ({ kind: 'topK', k: kOf(path, config) }),
  jumprelu: (_, weights) => thresholds(weights.get('threshold').data),
  batchtopk: batchThreshold,
  matryoshka_batchtopk: batchThreshold,
  gated(_, weights) {
    const gate = mapValues(weights.get('b_gate').data, value => -value);
    const scale = mapValues(weights.get('r_mag').data, Math.exp);
    return { kind: 'gated', gate, scale, bias: weights.get('b_mag').data };
  },
};

export const saeLens: SaeFormat = {
  name: 'SAELens',
  fits: ({ file }) => file === 'sae_weights.safetensors',
  read(files) {
    const { path, folder, config: cfg } = files;
    if (readJson(folder, 'activation_scaler.json')?.has_whitening === true)
      throw new UserError(
        `${folder} is a training checkpoint with whitened inputs. Save it for inference, which folds the whitening in.`,
      );
    const weights = readSafetensors(path);
    const [architecture, isTranscoder] = architectureOf(cfg);
    const activationOf = Object.hasOwn(ACTIVATIONS, architecture)
      ? ACTIVATIONS[architecture]
      : undefined;
    if (!activationOf)
      throw new UserError(
        `${folder}: autoencoders of the architecture ${quote(cfg.architecture)} are not supported; ` +
          `${Object.keys(ACTIVATIONS).join(', ')} and transcoders are.`,
      );
    const activationName = nameOf(cfg.activation_fn ?? cfg.activation_fn_str ?? 'relu');
    if (!['relu', 'topk'].includes(activationName))
      throw new UserError(`${folder}: the activation ${quote(activationName)} is not supported.`);
    const decoderBias = weights.get('b_dec').data;
    const shifts = !isTranscoder && cfg.apply_b_dec_to_input !== false;
    const skip = weights.find('W_skip');
    const parts: SaeParts = {
      encoder: weights.get('W_enc'),
      encoderIs: 'dF',
      decoder: weights.get('W_dec'),
      decoderIs: 'Fd',
      encoderBias: weights.find('b_enc')?.data,
      decoderBias,
      shift: shifts ? decoderBias : undefined,
      activation: activationOf(files, weights),
      skip: skip && { tensor: skip, is: 'out-in' },
      source: sourceOf(cfg, folder),
      claims: { width: cfg.d_in, features: cfg.d_sae },
    };
    return rescaled(normalised(parts, files), weights, cfg, architecture);
  },
};

/**
 * The architecture of the encoder, and whether it is a transcoder, whose b_dec is added to the output only:
 * `jumprelu_transcoder` is ['jumprelu', true].
 */
function architectureOf(cfg: Json): [string, boolean] {
  const name = nameOf(cfg.architecture ?? 'standard');
  const isTopK = (cfg.activation_fn ?? cfg.activation_fn_str) === 'topk';
  if (!name.endsWith('transcoder')) return [name === 'standard' && isTopK ? 'topk' : name, false];
  return [name.startsWith('jumprelu') ? 'jumprelu' : isTopK ? 'topk' : 'standard', true];
}

function featuresOf(weights: Tensors): number {
  return weights.get('b_enc').data.length;
}

function kOf(path: string, cfg: Json): number {
  const k = cfg.k ?? (cfg.activation_fn_kwargs as Json | undefined)?.k;
  if (typeof k === 'number' && k >= 1) return k;
  throw new UserError(`${path}: "k", the number of active features, is missing in its cfg.json.`);
}

/** The name that a training checkpoint has it under; for inference it is saved as "threshold", of each feature. */
const TRAINING_THRESHOLD = 'topk_threshold';

function batchThreshold(files: SaeFiles, weights: Tensors): Activation {
  const { path, config } = files;
  const saved = weights.find('threshold');
  if (saved) return thresholds(saved.data);
  const [value] = weights.find(TRAINING_THRESHOLD)?.data ?? [];
  if (value === undefined || !(value > 0))
    throw new UserError(
      `${path} holds an autoencoder in training, whose threshold is ${value === undefined ? 'missing' : 'not set yet'}: ` +
        'train it further, or save it for inference (as jumprelu).',
    );
  // It is in the units of u · |decoder row|, and the scale of the inputs is folded into these rows.
  const scale = isRescaled(config) ? inputScale(files) : 1;
  return constantThreshold(featuresOf(weights), value / scale);
}

function isRescaled(cfg: Json): boolean {
  return cfg.rescale_acts_by_decoder_norm === true;
}

/** SAELens divides by no less. */
const SHORTEST_ROW = 1e-8;

/** Folds the scales of decoder rows into the weights. */
function rescaled(parts: SaeParts, weights: Tensors, cfg: Json, architecture: string): SaeParts {
  const factor = weights.find('scaling_factor')?.data;
  const decoder = factor ? scaleRows(parts.decoder, row => factor[row]!) : parts.decoder;
  // Where a threshold of each feature is saved, SAELens has folded the lengths before.
  const isUnfolded = architecture === 'topk' || weights.has(TRAINING_THRESHOLD);
  if (!isUnfolded || !isRescaled(cfg)) return { ...parts, decoder };
  const lengths = rowLengths(parts.decoder).map(length => Math.max(length, SHORTEST_ROW));
  const scaled: { encoder: Tensor; encoderBias: Float32Array | undefined } = {
    encoder: scaleColumns(parts.encoder, feature => lengths[feature]!),
    encoderBias:
      parts.encoderBias && mapValues(parts.encoderBias, (value, f) => value * lengths[f]!),
  };
  return { ...parts, ...scaled, decoder: scaleRows(decoder, row => 1 / lengths[row]!) };
}

function normalised(parts: SaeParts, files: SaeFiles): SaeParts {
  const name = normalisationOf(files.config);
  if (name === 'none') return parts;
  if (name === 'constant_norm_rescale') return { ...parts, norm: 'constantNorm' };
  if (name === 'layer_norm') return { ...parts, norm: 'layerNorm' };
  if (Object.hasOwn(SCALES, name)) return foldScale(parts, inputScale(files));
  throw new UserError(`${files.folder}: the normalisation ${quote(name)} is not supported.`);
}

function normalisationOf(cfg: Json): string {
  const given = cfg.normalize_activations;
  return nameOf(given === true ? 'expected_average_only_in' : given || 'none');
}

/** By normalisation: the field of the scale that inputs are multiplied with. */
const SCALES: Record<string, string> = {
  expected_average_only_in: 'norm_scaling_factor',
  constant_scalar_rescale: 'activation_normalization_factor',
};

/** 1 where inputs are not scaled by a constant. */
function inputScale({ folder, config }: SaeFiles): number {
  const name = normalisationOf(config);
  const key = Object.hasOwn(SCALES, name) ? SCALES[name] : undefined;
  if (key === undefined) return 1;
  // A training checkpoint has it in a file of its own.
  const value = config[key] ?? readJson(folder, 'activation_scaler.json')?.scaling_factor;
  if (typeof value === 'number' && value > 0) return value;
  throw new UserError(
    `${folder}: its inputs were scaled by a constant that is missing in its cfg.json. ` +
      `Add it there as "${key}"; SAELens lists it with its pretrained autoencoders.`,
  );
}

function sourceOf(cfg: Json, folder: string): SaeSource {
  const inner = { ...cfg, ...(cfg.metadata as Json | undefined) };
  const hook = inner.hook_name ?? inner.hook_point;
  const hookOut = inner.hook_name_out ?? hook;
  const kwargs = inner.model_from_pretrained_kwargs as Json | undefined;
  const [first] = Array.isArray(inner.seqpos_slice) ? (inner.seqpos_slice as unknown[]) : [];
  const named = (name: unknown) => (typeof name === 'string' ? (hookOf(name) ?? name) : null);
  return {
    ...noSource,
    hook: named(hook),
    hookOut: named(hookOut),
    model: typeof inner.model_name === 'string' ? inner.model_name : null,
    contextTokens: typeof inner.context_size === 'number' ? inner.context_size : null,
    firstPosition: typeof first === 'number' ? first : 0,
    centred: kwargs?.center_writing_weights === true,
    density: densities(folder),
  };
}

/** [feature]; SAELens keeps their log10. */
function densities(folder: string): Float32Array | null {
  const path = join(folder, 'sparsity.safetensors');
  if (!existsSync(path)) return null;
  const { data } = readSafetensors(path).get('sparsity');
  const out = toSharedMemory(data.length);
  data.forEach((value, f) => (out[f] = 10 ** value));
  return out;
}
