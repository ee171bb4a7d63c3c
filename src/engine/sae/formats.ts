// The formats other than SAELens', each as it is published: which tensors there are, and what they mean.
import { basename, dirname } from 'node:path';
import { hookOf } from '../../core/sae/hookNames';
import type { Activation, SaeSource } from '../../core/sae/sae';
import { UserError } from '../../core/errors';
import type { Json } from '../models/readJson';
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
  transpose,
  type SaeParts,
} from './canonicalSae';
import { readNpz, readSafetensors, type Tensors } from './tensors';

/** `config` is the format's JSON file, where it has one; `yaml` its text, where that is what it has. */
export interface WeightFiles {
  readonly path: string;
  readonly config: Json;
  readonly yaml: string;
}

const linear = { encoderIs: 'dF', decoderIs: 'Fd', shift: undefined } as const;

/** A width and a layer in the folders' names are all that Gemma Scope 1 says of itself. */
export function readGemmaScope({ path }: WeightFiles): SaeParts {
  const weights = readNpz(path);
  const layer = /layer_(\d+)/.exec(path)?.[1];
  const site = /-(res|mlp|att)\b/.exec(path)?.[1];
  const kind = site === 'mlp' ? 'mlp_out' : site === 'att' ? 'attn.hook_z' : 'resid_post';
  const place = kind.includes('.') ? kind : `hook_${kind}`;
  return {
    ...linear,
    ...gemma(weights, 'Gemma Scope'),
    source: sourceAt(layer === undefined ? null : `blocks.${layer}.${place}`),
  };
}

export function readGemmaScope2({ path, config }: WeightFiles): SaeParts {
  const weights = readSafetensors(path);
  const skip = weights.find('affine_skip_connection');
  return {
    ...linear,
    ...gemma(weights, 'Gemma Scope 2'),
    skip: skip && { tensor: skip, is: 'in-out' },
    source: sourceAt(config.hf_hook_point_in, config.hf_hook_point_out, config.model_name),
  };
}

function gemma(weights: Tensors, name: string) {
  return {
    name,
    encoder: weights.get('W_enc', 'w_enc'),
    decoder: weights.get('W_dec', 'w_dec'),
    encoderBias: weights.get('b_enc').data,
    decoderBias: weights.get('b_dec').data,
    activation: thresholds(weights.get('threshold').data),
  };
}

export function readSparsify({ path, config }: WeightFiles): SaeParts {
  const weights = readSafetensors(path);
  const decoderBias = weights.get('b_dec').data;
  const skip = weights.find('W_skip');
  const { k, activation = 'topk' } = config;
  if (typeof k !== 'number') throw new UserError(`${path}: its cfg.json does not say "k".`);
  if (activation !== 'topk' && activation !== 'groupmax')
    throw new UserError(`${path}: the activation "${activation}" is not read here.`);
  const encoder = weights.get('encoder.weight');
  const claimed =
    Number(config.num_latents) || Number(config.d_in) * Number(config.expansion_factor);
  const hook = config.transcode === true ? `${basename(dirname(path))}.hook_in` : undefined;
  return {
    name: 'sparsify',
    encoder,
    encoderIs: 'Fd',
    decoder: weights.get('W_dec'),
    decoderIs: 'Fd',
    encoderBias: weights.get('encoder.bias').data,
    decoderBias,
    shift: config.transcode === true ? undefined : decoderBias,
    activation: { kind: activation === 'topk' ? 'topK' : 'groupMax', k },
    skip: skip && { tensor: skip, is: 'out-in' },
    source: sourceAt(hook ?? basename(dirname(path)), basename(dirname(path))),
    claims: { width: config.d_in, features: claimed || undefined },
  };
}

/** Files of `convert_pt.py`: what is no tensor is in the metadata. */
export function readOpenAi({ path }: WeightFiles): SaeParts {
  const weights = readSafetensors(path);
  const encoder = weights.get('encoder.weight');
  const bias = weights.get('pre_bias').data;
  const isTopK = weights.notes.activation === 'TopK';
  const state = JSON.parse(weights.notes.activation_state_dict ?? '{}') as { k?: number };
  const k = state.k ?? Number(weights.notes['activation_state_dict.k'] ?? NaN);
  if (isTopK && !(k > 0)) throw new UserError(`${path}: its metadata do not say "k".`);
  const site = /resid_(?:post|delta)_(?:attn|mlp)/.exec(path)?.[0];
  const layer = /^(\d+)\./.exec(basename(path))?.[1];
  return {
    name: 'OpenAI',
    encoder,
    encoderIs: 'Fd',
    decoder: weights.get('decoder.weight'),
    decoderIs: 'dF',
    encoderBias: weights.get('latent_bias').data,
    decoderBias: bias,
    shift: bias,
    activation: isTopK ? { kind: 'topK', k } : relu(encoder.shape[0]!),
    norm: isTopK ? 'layerNorm' : 'none',
    source: sourceAt(site && layer ? hookOf(`blocks.${layer}.${site}`) : null),
  };
}

export function readDictionaryLearning({ path, config }: WeightFiles): SaeParts {
  const weights = readSafetensors(path);
  const trainer = (config.trainer ?? {}) as Json;
  const name = String(trainer.dict_class);
  const read = DICTIONARIES[name];
  if (!read)
    throw new UserError(
      `${path}: dictionaries of the class "${name}" are not read here; ${Object.keys(DICTIONARIES).join(', ')} are.`,
    );
  const submodule = String(trainer.submodule_name ?? '');
  const source = sourceAt(hookOf(submodule), undefined, trainer.lm_name);
  const contextTokens = (config.buffer as Json | undefined)?.ctx_len;
  return {
    ...read(weights, path),
    name: `dictionary_learning ${name}`,
    source: { ...source, contextTokens: typeof contextTokens === 'number' ? contextTokens : null },
    claims: { width: trainer.activation_dim, features: trainer.dict_size },
  };
}

type DictionaryParts = Omit<SaeParts, 'name' | 'source'>;

const DICTIONARIES: Record<string, (weights: Tensors, path: string) => DictionaryParts> = {
  /** Its own loader makes the decoder's rows 1 long and the encoder as much longer. */
  AutoEncoder(weights) {
    const bias = weights.get('bias').data;
    return { ...withUnitRows(weights), decoderBias: bias, shift: bias };
  },
  AutoEncoderTopK: weights => dense(weights, { kind: 'topK', k: weights.get('k').data[0]! }),
  BatchTopKSAE: weights => dense(weights, batchTopK(weights)),
  MatryoshkaBatchTopKSAE(weights) {
    const bias = weights.get('b_dec').data;
    return { ...plain(weights), shift: bias, activation: batchTopK(weights) };
  },
  JumpReluAutoEncoder: weights => ({
    ...plain(weights),
    shift: undefined,
    activation: thresholds(weights.get('threshold').data),
  }),
  GatedAutoEncoder(weights) {
    const bias = weights.get('decoder_bias').data;
    const gate = mapValues(weights.get('gate_bias').data, value => -value);
    const scale = mapValues(weights.get('r_mag').data, Math.exp);
    return {
      encoder: weights.get('encoder.weight'),
      encoderIs: 'Fd',
      decoder: weights.get('decoder.weight'),
      decoderIs: 'dF',
      encoderBias: undefined,
      decoderBias: bias,
      shift: bias,
      activation: { kind: 'gated', gate, scale, bias: weights.get('mag_bias').data },
    };
  },
  /** What it reports of a feature is the length of what it adds. */
  AutoEncoderNew: weights => ({
    ...withUnitRows(weights),
    decoderBias: weights.get('decoder.bias').data,
    shift: undefined,
  }),
};

function dense(weights: Tensors, activation: Activation): DictionaryParts {
  const bias = weights.get('b_dec').data;
  return {
    encoder: weights.get('encoder.weight'),
    encoderIs: 'Fd',
    decoder: weights.get('decoder.weight'),
    decoderIs: 'dF',
    encoderBias: weights.get('encoder.bias').data,
    decoderBias: bias,
    shift: bias,
    activation,
  };
}

function plain(weights: Tensors) {
  return {
    ...linear,
    encoder: weights.get('W_enc'),
    decoder: weights.get('W_dec'),
    encoderBias: weights.get('b_enc').data,
    decoderBias: weights.get('b_dec').data,
  };
}

/** A threshold below 0 was never set: then the k largest of each token stay on, as its library has it. */
function batchTopK(weights: Tensors): Activation {
  const threshold = weights.find('threshold')?.data[0] ?? -1;
  if (threshold < 0) return { kind: 'topK', k: weights.get('k').data[0]! };
  return constantThreshold(weights.get('encoder.bias', 'b_enc').data.length, threshold);
}

function withUnitRows(weights: Tensors) {
  const decoder = weights.get('decoder.weight');
  const lengths = rowLengths(transpose(decoder));
  return {
    encoder: scaleRows(weights.get('encoder.weight'), f => lengths[f]!),
    encoderIs: 'Fd',
    decoder: scaleColumns(decoder, f => 1 / lengths[f]!),
    decoderIs: 'dF',
    encoderBias: mapValues(weights.get('encoder.bias').data, (value, f) => value * lengths[f]!),
    activation: relu(lengths.length),
  } as const;
}

/** s = √d / average norm of its data: of the thresholds a single number was measured after scaling, the logarithms were not. */
export function readLlamaScope({ path, config }: WeightFiles): SaeParts {
  const weights = readSafetensors(path);
  const encoder = weights.get('encoder.weight');
  const [features = 0, width = 0] = encoder.shape;
  const average = (config.dataset_average_activation_norm as Json | undefined)?.in;
  if (typeof average !== 'number')
    throw new UserError(
      `${path}: its configuration does not say "dataset_average_activation_norm".`,
    );
  const s = Math.sqrt(width) / average;
  const logs = weights.find('log_jumprelu_threshold')?.data;
  const { jump_relu_threshold: threshold } = config;
  if (!logs && typeof threshold !== 'number')
    throw new UserError(`${path}: its configuration does not say "jump_relu_threshold".`);
  const parts: SaeParts = {
    name: 'Llama Scope',
    encoder,
    encoderIs: 'Fd',
    decoder: weights.get('decoder.weight'),
    decoderIs: 'dF',
    encoderBias: weights.get('encoder.bias').data,
    decoderBias: weights.get('decoder.bias').data,
    shift: undefined,
    activation: logs
      ? thresholds(mapValues(logs, Math.exp))
      : constantThreshold(features, (threshold as number) * s),
    source: sourceAt(config.hook_point_in, config.hook_point_out, config.model_name),
    claims: { width: config.d_model, features: config.d_sae },
  };
  return foldScale(parts, s);
}

/** k is in the name of its repository alone: SAE-Res-Qwen3-1.7B-Base-W32K-L0_50. */
export function readQwenScope({ path, config }: WeightFiles): SaeParts {
  const weights = readSafetensors(path);
  const k = typeof config.k === 'number' ? config.k : Number(/L0[_-](\d+)/.exec(path)?.[1] ?? NaN);
  if (!(k > 0))
    throw new UserError(
      `${path}: how many features stay on is in the name of its repository (L0_50): keep that as the folder's name.`,
    );
  const layer = /layer_?(\d+)/.exec(basename(path))?.[1];
  return {
    name: 'Qwen-Scope',
    encoder: weights.get('W_enc'),
    encoderIs: 'Fd',
    decoder: weights.get('W_dec'),
    decoderIs: 'dF',
    encoderBias: weights.get('b_enc').data,
    decoderBias: weights.get('b_dec').data,
    shift: undefined,
    activation: { kind: 'topK', k },
    source: sourceAt(layer === undefined ? null : `blocks.${layer}.hook_resid_post`),
  };
}

/** Transcoders of circuit-tracer's sets; older files have W_dec [d', F]. */
export function readCircuitTracer({ path, yaml }: WeightFiles): SaeParts {
  const weights = readSafetensors(path);
  const encoder = weights.get('W_enc', 'W_enc_0');
  const decoder = weights.get('W_dec');
  const skip = weights.find('W_skip');
  const layer = /layer_(\d+)/.exec(basename(path))?.[1] ?? '0';
  const named = (key: string) => new RegExp(`^${key}:\\s*["']?([^"'\\s]+)`, 'm').exec(yaml)?.[1];
  const at = (name: string | undefined) => (name ? `blocks.${layer}.${name}` : null);
  const [features = 0] = encoder.shape;
  return {
    name: 'circuit-tracer',
    encoder,
    encoderIs: 'Fd',
    decoder,
    decoderIs: decoder.shape[0] === features ? 'Fd' : 'dF',
    encoderBias: weights.get('b_enc').data,
    decoderBias: weights.get('b_dec').data,
    shift: undefined,
    activation: relu(features),
    skip: skip && { tensor: skip, is: 'out-in' },
    source: sourceAt(
      at(named('feature_input_hook')),
      at(named('feature_output_hook')),
      named('model_name'),
    ),
  };
}

function sourceAt(hook: unknown, hookOut: unknown = hook, model: unknown = null): SaeSource {
  const named = (name: unknown) => (typeof name === 'string' ? hookOf(name) : null);
  return {
    ...noSource,
    hook: named(hook),
    hookOut: named(hookOut),
    model: typeof model === 'string' ? model : null,
  };
}
