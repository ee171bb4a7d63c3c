// SAELens' folders: cfg.json and sae_weights.safetensors, of version 6 (nested) and of older ones (flat).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hookOf } from '../../../core/sae/hookNames';
import type { Activation, SaeSource } from '../../../core/sae/sae';
import { UserError } from '../../../core/errors';
import type { Json } from '../../../core/json';
import {
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
import type { SaeFormat } from './saeFormat';

/** By architecture: which features stay on. */
const ACTIVATIONS: Record<string, (path: string, weights: Tensors, cfg: Json) => Activation> = {
  standard: (_, weights) => relu(featuresOf(weights)),
  topk: (path, _, cfg) => ({ kind: 'topK', k: kOf(path, cfg) }),
  jumprelu: (_, weights) => thresholds(weights.get('threshold').data),
  batchtopk: (path, weights) => batchThreshold(path, weights),
  matryoshka_batchtopk: (path, weights) => batchThreshold(path, weights),
  gated(_, weights) {
    const gate = mapValues(weights.get('b_gate').data, value => -value);
    const scale = mapValues(weights.get('r_mag').data, Math.exp);
    return { kind: 'gated', gate, scale, bias: weights.get('b_mag').data };
  },
};

export const saeLens: SaeFormat = {
  name: 'SAELens',
  fits: ({ file }) => file === 'sae_weights.safetensors',
  read({ path, folder, config: cfg }) {
    const weights = readSafetensors(path);
    const [architecture, isTranscoder] = architectureOf(cfg);
    const activationOf = ACTIVATIONS[architecture];
    if (!activationOf)
      throw new UserError(
        `${folder}: an autoencoder of the architecture "${cfg.architecture}" is not read here; ` +
          `${Object.keys(ACTIVATIONS).join(', ')} and transcoders are.`,
      );
    const activationName = String(cfg.activation_fn ?? cfg.activation_fn_str ?? 'relu');
    if (!['relu', 'topk'].includes(activationName))
      throw new UserError(`${folder}: the activation "${activationName}" is not read here.`);
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
      activation: activationOf(path, weights, cfg),
      skip: skip && { tensor: skip, is: 'out-in' },
      source: sourceOf(cfg, folder),
      claims: { width: cfg.d_in, features: cfg.d_sae },
    };
    return normalisedBy(cfg, folder, rescaled(parts, weights, cfg, architecture));
  },
};

/**
 * The architecture of the encoder, and whether it is a transcoder, whose b_dec is added to the output only:
 * `jumprelu_transcoder` is ['jumprelu', true].
 */
function architectureOf(cfg: Json): [string, boolean] {
  const name = String(cfg.architecture ?? 'standard');
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
  throw new UserError(`${path}: its cfg.json does not say "k", how many features stay on.`);
}

function batchThreshold(path: string, weights: Tensors): Activation {
  const found = weights.find('threshold', 'topk_threshold');
  if (!found)
    throw new UserError(
      `${path} holds an autoencoder in training, without a threshold: save it for inference (as jumprelu) first.`,
    );
  if (found.data.length > 1) return thresholds(found.data);
  return thresholds(new Float32Array(featuresOf(weights)).fill(found.data[0]!));
}

/** Folds the scales of decoder rows into the weights. */
function rescaled(parts: SaeParts, weights: Tensors, cfg: Json, architecture: string): SaeParts {
  const factor = weights.find('scaling_factor')?.data;
  const decoder = factor ? scaleRows(parts.decoder, row => factor[row]!) : parts.decoder;
  // For architectures with thresholds SAELens folds the lengths when it saves.
  if (architecture !== 'topk' || cfg.rescale_acts_by_decoder_norm !== true)
    return { ...parts, decoder };
  const lengths = rowLengths(parts.decoder);
  const scaled: { encoder: Tensor; encoderBias: Float32Array | undefined } = {
    encoder: scaleColumns(parts.encoder, feature => lengths[feature]!),
    encoderBias:
      parts.encoderBias && mapValues(parts.encoderBias, (value, f) => value * lengths[f]!),
  };
  return { ...parts, ...scaled, decoder: scaleRows(decoder, row => 1 / lengths[row]!) };
}

function normalisedBy(cfg: Json, folder: string, parts: SaeParts): SaeParts {
  const given = cfg.normalize_activations;
  const name = given === true || given === null ? 'expected_average_only_in' : given || 'none';
  const scale = (key: string) => {
    const value = cfg[key];
    if (typeof value === 'number' && value > 0) return value;
    throw new UserError(
      `${folder}: its inputs were scaled by a constant that its cfg.json does not give. ` +
        `Write it there as "${key}": SAELens keeps it in its list of pretrained autoencoders.`,
    );
  };
  if (name === 'none') return parts;
  if (name === 'constant_norm_rescale') return { ...parts, norm: 'constantNorm' };
  if (name === 'layer_norm') return { ...parts, norm: 'layerNorm' };
  if (name === 'expected_average_only_in') return foldScale(parts, scale('norm_scaling_factor'));
  if (name === 'constant_scalar_rescale')
    return foldScale(parts, scale('activation_normalization_factor'));
  throw new UserError(`${folder}: the normalisation "${name}" is not read here.`);
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
