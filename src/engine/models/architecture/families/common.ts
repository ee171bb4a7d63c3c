// What most families of decoders have in common, under the names of Llama's keys. Defaults are those of transformers,
// whose configurations may leave out what equals them.
import type { Architecture, Block, Layer, Mlp, Norm } from '../architecture';
import type { ConfigReader } from '../configReader';
import { configRotary, type ConfigRotary, type RotaryShape } from '../configRotary';

export type Family = (config: ConfigReader, type: string) => Architecture;

export const SERIAL: Block = { kind: 'serial', before: 'each', after: false, residualScale: 1 };

export interface Sizes {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly hiddenSize: number;
  readonly headSize: number;
  readonly layers: number;
  readonly vocabSize: number;
  readonly contextTokens: number;
  readonly innerSize: number;
}

/** The largest published decoders have about 130 blocks, and heads of 512. */
export const MOST_LAYERS = 1000;
const MOST_HEAD_SIZE = 16_384;
export const MOST_WIDTH = 1_000_000;

export function sizesOf(
  config: ConfigReader,
  defaults: Partial<Sizes> & { readonly contextTokens: number },
): Sizes {
  const hiddenSize = config.count('hidden_size', defaults.hiddenSize, MOST_WIDTH);
  const heads = config.count('num_attention_heads', defaults.heads);
  const keyValueHeads = config.count('num_key_value_heads', defaults.keyValueHeads ?? heads);
  if (heads % keyValueHeads !== 0)
    throw config.refusal('num_key_value_heads', keyValueHeads, `a divisor of ${heads} heads`);
  return {
    heads,
    keyValueHeads,
    hiddenSize,
    headSize: config.count('head_dim', defaults.headSize ?? hiddenSize / heads, MOST_HEAD_SIZE),
    layers: config.count('num_hidden_layers', defaults.layers, MOST_LAYERS),
    vocabSize: config.count('vocab_size', defaults.vocabSize),
    contextTokens: config.count('max_position_embeddings', defaults.contextTokens),
    innerSize: config.count('intermediate_size', defaults.innerSize ?? 4 * hiddenSize),
  };
}

const ACTIVATIONS = new Map<string, Mlp['activation']>([
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['gelu', 'gelu'],
  ['gelu_python', 'gelu'],
  ['gelu_new', 'geluTanh'],
  ['gelu_fast', 'geluTanh'],
  ['gelu_pytorch_tanh', 'geluTanh'],
  ['relu', 'relu'],
]);

export function activation(
  config: ConfigReader,
  key: string,
  otherwise: string,
): Mlp['activation'] {
  const name = config.text(key, otherwise);
  const known = ACTIVATIONS.get(name);
  if (known) return known;
  throw config.refusal(key, name, `one of ${[...ACTIVATIONS.keys()].join(', ')}`);
}

export function rmsNorm(config: ConfigReader, otherwise = 1e-6): Norm {
  const epsilon = config.number('rms_norm_eps', otherwise);
  return { kind: 'rms', epsilon, weight: 'stored', bias: false };
}

export function layerNorm(config: ConfigReader, key: string): Norm {
  return { kind: 'layer', epsilon: config.number(key, 1e-5), weight: 'stored', bias: true };
}

/** Whether each layer attends to a window alone, as `layer_types` says; else as `otherwise` does. */
export function slidingLayers(
  config: ConfigReader,
  layers: number,
  otherwise: (layer: number) => boolean,
): boolean[] {
  const types = config.list('layer_types', layers);
  return Array.from({ length: layers }, (_, layer) => {
    const type = types?.[layer];
    if (!types) return otherwise(layer);
    if (type === 'sliding_attention') return true;
    if (type === 'full_attention') return false;
    throw config.refusal('layer_types', type, '"full_attention" and "sliding_attention" alone');
  });
}

/** All layers have the window of `sliding_window`, where there is one; `otherwise`: where the key is not there. */
export function oneWindow(
  config: ConfigReader,
  layers: number,
  otherwise: number | null = null,
): (number | null)[] {
  return new Array<number | null>(layers).fill(config.optionalCount('sliding_window', otherwise));
}

export function rotaryOf(
  config: ConfigReader,
  sizes: Sizes,
  options: Partial<Pick<RotaryShape, 'base' | 'partial' | 'keys'>> = {},
): ConfigRotary {
  return configRotary(config, { ...sizes, base: 10_000, partial: 1, ...options });
}

/** Norms before attention and MLP, all numbers of a head turned, a gated MLP. Families change what they have otherwise. */
export function llamaLike(
  config: ConfigReader,
  type: string,
  options: {
    readonly sizes: Sizes;
    readonly norm: Norm;
    readonly rotary: ConfigRotary;
    readonly windows?: readonly (number | null)[];
    readonly tied?: boolean;
    readonly bias?: Architecture['attention']['bias'];
    readonly activation?: Mlp['activation'];
  },
): Architecture {
  const { sizes, norm, rotary, windows } = options;
  const { heads, keyValueHeads, headSize, hiddenSize, innerSize } = sizes;
  const layerOf = (_: unknown, layer: number): Layer => ({
    window: windows?.[layer] ?? null,
    rotary: rotary.rotary,
    attentionScale: headSize ** -0.5,
    routing: null,
  });
  return {
    family: type,
    vocabSize: sizes.vocabSize,
    hiddenSize,
    contextTokens: rotary.contextTokens,
    embedding: { scale: 1, learnedPositions: 0 },
    layers: Array.from({ length: sizes.layers }, layerOf),
    norm,
    block: SERIAL,
    attention: {
      heads,
      keyValueHeads,
      headSize,
      bias: options.bias ?? { queryKeyValue: false, output: false },
      clip: null,
      softcap: null,
      queryKeyNorm: null,
    },
    mlp: {
      kind: 'gated',
      activation: options.activation ?? activation(config, 'hidden_act', 'silu'),
      innerSize,
      bias: false,
    },
    head: {
      tied: config.flag('tie_word_embeddings', options.tied ?? false),
      bias: false,
      scale: 1,
      softcap: null,
    },
    warnings: rotary.warnings,
  };
}
