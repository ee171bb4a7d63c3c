// Families with norms that centre and have a bias: GPT-2 and those after it.
import { UserError } from '../../../../core/errors';
import type { Architecture, Block } from '../architecture';
import type { ConfigReader } from '../configReader';
import {
  activation,
  layerNorm,
  llamaLike,
  MOST_LAYERS,
  MOST_WIDTH,
  oneWindow,
  rotaryOf,
  SERIAL,
  sizesOf,
  type Family,
} from './common';

const PARALLEL: Block = { ...SERIAL, kind: 'parallel' };
const BIASED = { queryKeyValue: true, output: true };

/** GPT-2, and GPT-BigCode (StarCoder 1), whose heads may share one key and value. */
export const gpt2: Family = (config, type) => {
  const hiddenSize = config.count('n_embd', undefined, MOST_WIDTH);
  const heads = config.count('n_head');
  const headSize = hiddenSize / heads;
  if (!Number.isInteger(headSize))
    throw config.refusal('n_head', heads, `a divisor of ${hiddenSize}`);
  const isShared = type === 'gpt_bigcode' && config.flag('multi_query', true);
  // Another spelling of the same, which transformers derives.
  if (type === 'gpt_bigcode') config.only('num_key_value_heads', isShared ? 1 : heads);
  config.only('add_cross_attention', false);
  const byLayer = config.flag('scale_attn_by_inverse_layer_idx', false);
  const scale = config.flag('scale_attn_weights', true) ? headSize ** -0.5 : 1;
  const contextTokens = config.count('n_positions', config.count('n_ctx', 1024));
  const layers = config.count('n_layer', undefined, MOST_LAYERS);
  const gelu = type === 'gpt2' ? 'gelu_new' : 'gelu_pytorch_tanh';
  return {
    family: type,
    vocabSize: config.count('vocab_size'),
    hiddenSize,
    contextTokens,
    embedding: { scale: 1, learnedPositions: contextTokens },
    layers: Array.from({ length: layers }, (_, layer) => ({
      window: null,
      rotary: null,
      attentionScale: byLayer ? scale / (layer + 1) : scale,
      routing: null,
    })),
    norm: layerNorm(config, 'layer_norm_epsilon'),
    block: SERIAL,
    attention: {
      heads,
      keyValueHeads: isShared ? 1 : heads,
      headSize,
      bias: BIASED,
      clip: null,
      softcap: null,
      queryKeyNorm: null,
    },
    mlp: {
      kind: 'plain',
      activation: activation(config, 'activation_function', gelu),
      innerSize: config.count('n_inner', 4 * hiddenSize),
      bias: true,
    },
    head: {
      tied: config.flag('tie_word_embeddings', true),
      bias: false,
      scale: 1,
      softcap: null,
    },
    warnings: [],
  };
};

/** With rotation, biases and a plain MLP. */
function rotated(
  config: ConfigReader,
  type: string,
  options: {
    readonly epsilon: string;
    readonly rotary: Parameters<typeof rotaryOf>[2];
    readonly activation: string;
    readonly contextTokens: number;
    readonly biased: boolean;
    readonly tied?: boolean;
    readonly keyValueHeads?: number;
  },
): Architecture {
  const { contextTokens, keyValueHeads } = options;
  const sizes = sizesOf(config, {
    contextTokens,
    ...(keyValueHeads === undefined ? {} : { keyValueHeads }),
  });
  const made = llamaLike(config, type, {
    sizes,
    norm: layerNorm(config, options.epsilon),
    rotary: rotaryOf(config, sizes, options.rotary),
    tied: options.tied ?? false,
    bias: { queryKeyValue: options.biased, output: options.biased },
    activation: activation(config, 'hidden_act', options.activation),
  });
  return { ...made, mlp: { ...made.mlp, kind: 'plain', bias: true } };
}

export const gptNeox: Family = (config, type) => {
  const made = rotated(config, type, {
    epsilon: 'layer_norm_eps',
    rotary: { partial: 0.25, keys: ['rotary_emb_base', 'rotary_pct'] },
    activation: 'gelu',
    contextTokens: 2048,
    biased: config.flag('attention_bias', true),
  });
  config.value('is_decoder');
  if (made.attention.keyValueHeads !== made.attention.heads)
    throw config.refusal('num_key_value_heads', made.attention.keyValueHeads, 'left out');
  return { ...made, block: config.flag('use_parallel_residual', true) ? PARALLEL : SERIAL };
};

export const starcoder2: Family = (config, type) => {
  config.only('norm_type', 'layer_norm');
  config.only('mlp_type', 'default');
  config.only('scale_attn_weights', true);
  // Left of StarCoder 1, beside `hidden_act` and `norm_epsilon`; nothing reads them.
  for (const key of ['activation_function', 'layer_norm_epsilon']) config.value(key);
  const biased = config.flag('use_bias', true);
  const made = rotated(config, type, {
    epsilon: 'norm_epsilon',
    rotary: {},
    activation: 'gelu_pytorch_tanh',
    contextTokens: 4096,
    biased,
    tied: true,
    keyValueHeads: 2,
  });
  const windows = oneWindow(config, made.layers.length);
  return {
    ...made,
    layers: made.layers.map((layer, i) => ({ ...layer, window: windows[i] ?? null })),
    mlp: { ...made.mlp, bias: biased },
  };
};

/** Phi 1, 1.5 and 2: attention and MLP read one norm, and the head has a bias. */
export const phi: Family = (config, type) => {
  config.only('qk_layernorm', false);
  const made = rotated(config, type, {
    epsilon: 'layer_norm_eps',
    rotary: { partial: 0.5 },
    activation: 'gelu_new',
    contextTokens: 2048,
    biased: true,
  });
  if (made.head.tied)
    throw new UserError(
      `${config.source} says "tie_word_embeddings": true, which no Phi of this kind has.`,
    );
  return {
    ...made,
    block: { ...PARALLEL, before: 'shared' },
    head: { ...made.head, bias: true },
  };
};

export const stablelm: Family = (config, type) => {
  config.only('qk_layernorm', false);
  config.only('rotary_scaling_factor', 1);
  const sizes = sizesOf(config, { contextTokens: 4096 });
  const isParallel = config.flag('use_parallel_residual', false);
  return {
    ...llamaLike(config, type, {
      sizes,
      norm: layerNorm(config, 'layer_norm_eps'),
      rotary: rotaryOf(config, sizes, { partial: 0.25 }),
      bias: { queryKeyValue: config.flag('use_qkv_bias', false), output: false },
    }),
    block: isParallel ? { ...PARALLEL, before: 'shared' } : SERIAL,
  };
};
