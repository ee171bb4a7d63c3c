// The library dictionary_learning: its classes of dictionaries, each with parameters of its own.
import { hookOf } from '../../../core/sae/hookNames';
import type { Activation } from '../../../core/sae/sae';
import { UserError } from '../../../core/errors';
import { asString, nameOf, quote, type Json } from '../../../core/json';
import {
  constantThreshold,
  mapValues,
  relu,
  rowLengths,
  scaleColumns,
  scaleRows,
  thresholds,
  transpose,
  type SaeParts,
} from '../canonicalSae';
import { readSafetensors } from '../safetensors';
import type { Tensors } from '../tensors';
import { linear, sourceAt, type SaeFormat } from './saeFormat';

export const dictionaryLearning: SaeFormat = {
  name: 'dictionary_learning',
  fits: ({ config }) => 'trainer' in config,
  read({ path, config }) {
    const weights = readSafetensors(path);
    const trainer = (config.trainer ?? {}) as Json;
    const name = nameOf(trainer.dict_class);
    const read = Object.hasOwn(DICTIONARIES, name) ? DICTIONARIES[name] : undefined;
    if (!read)
      throw new UserError(
        `${path}: dictionaries of the class ${quote(trainer.dict_class)} are not supported; supported: ${Object.keys(DICTIONARIES).join(', ')}.`,
      );
    const submodule = asString(trainer.submodule_name) ?? '';
    const source = sourceAt(hookOf(submodule), undefined, trainer.lm_name);
    const contextTokens = (config.buffer as Json | undefined)?.ctx_len;
    return {
      ...read(weights),
      variant: name,
      source: {
        ...source,
        contextTokens: typeof contextTokens === 'number' ? contextTokens : null,
      },
      claims: { width: trainer.activation_dim, features: trainer.dict_size },
    };
  },
};

type DictionaryParts = Omit<SaeParts, 'variant' | 'source'>;

const DICTIONARIES: Record<string, (weights: Tensors) => DictionaryParts> = {
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
  /** The value of a feature is the length of the vector that it adds. */
  AutoEncoderNew: weights => ({
    ...withUnitRows(weights),
    decoderBias: weights.get('decoder.bias').data,
    shift: undefined,
  }),
};

/** Parameters of two linear layers, with b_dec as the shift. */
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

/** Parameters named W_enc, W_dec, b_enc and b_dec. */
function plain(weights: Tensors) {
  return {
    ...linear,
    encoder: weights.get('W_enc'),
    decoder: weights.get('W_dec'),
    encoderBias: weights.get('b_enc').data,
    decoderBias: weights.get('b_dec').data,
  };
}

/** A threshold below 0 was never set: the library then keeps the k largest features of each token. */
function batchTopK(weights: Tensors): Activation {
  const threshold = weights.find('threshold')?.data[0] ?? -1;
  if (threshold < 0) return { kind: 'topK', k: weights.get('k').data[0]! };
  return constantThreshold(weights.get('encoder.bias', 'b_enc').data.length, threshold);
}

/**
 * As the library's own loader has it: decoder rows of length 1, encoder rows and biases multiplied by the old length.
 */
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
