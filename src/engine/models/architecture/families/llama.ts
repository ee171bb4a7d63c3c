// Llama and the families that changed one or two things of it.
import { configRotary } from '../configRotary';
import type { ConfigReader } from '../configReader';
import type { Norm } from '../architecture';
import {
  llamaLike,
  oneWindow,
  rmsNorm,
  rotaryOf,
  SERIAL,
  sizesOf,
  slidingLayers,
  type Family,
} from './common';

export const llama: Family = (config, type) => {
  const sizes = sizesOf(config, { contextTokens: 2048 });
  const bias = config.flag('attention_bias', false);
  const made = llamaLike(config, type, {
    sizes,
    norm: rmsNorm(config),
    rotary: rotaryOf(config, sizes),
    bias: { queryKeyValue: bias, output: bias },
  });
  return { ...made, mlp: { ...made.mlp, bias: config.flag('mlp_bias', false) } };
};

/** Of Mistral and Qwen, by transformers' configuration classes: files leave out what is the default. */
const DEFAULT_WINDOW = 4096;

export const mistral: Family = (config, type) => {
  const sizes = sizesOf(config, { contextTokens: 131_072, keyValueHeads: 8 });
  return llamaLike(config, type, {
    sizes,
    norm: rmsNorm(config),
    rotary: rotaryOf(config, sizes),
    windows: oneWindow(config, sizes.layers, DEFAULT_WINDOW),
  });
};

/** A window from layer `max_window_layers` on, if at all. */
function qwenWindows(config: ConfigReader, layers: number): (number | null)[] {
  const isUsed = config.flag('use_sliding_window', false);
  const given = config.optionalCount('sliding_window', DEFAULT_WINDOW);
  const first = config.number('max_window_layers', 28);
  const window = isUsed ? given : null;
  const sliding = slidingLayers(config, layers, layer => window !== null && layer >= first);
  return sliding.map(slides => (slides ? window : null));
}

export const qwen2: Family = (config, type) => {
  const sizes = sizesOf(config, { contextTokens: 32_768 });
  config.only('use_mrope', false);
  return llamaLike(config, type, {
    sizes,
    norm: rmsNorm(config),
    rotary: rotaryOf(config, sizes),
    windows: qwenWindows(config, sizes.layers),
    bias: { queryKeyValue: true, output: false },
  });
};

export const qwen3: Family = (config, type) => {
  const sizes = sizesOf(config, { contextTokens: 32_768, headSize: 128 });
  const bias = config.flag('attention_bias', false);
  const norm = rmsNorm(config);
  const made = llamaLike(config, type, {
    sizes,
    norm,
    rotary: rotaryOf(config, sizes),
    windows: qwenWindows(config, sizes.layers),
    bias: { queryKeyValue: bias, output: bias },
  });
  return { ...made, attention: { ...made.attention, queryKeyNorm: { over: 'head', norm } } };
};

export const phi3: Family = (config, type) => {
  for (const key of ['attention_bias', 'mlp_bias', 'lm_head_bias']) config.only(key, false);
  for (const key of ['full_attn_mod', 'interpolate_factor']) config.only(key, 1);
  const sizes = sizesOf(config, { contextTokens: 4096 });
  return llamaLike(config, type, {
    sizes,
    norm: rmsNorm(config, 1e-5),
    rotary: rotaryOf(config, sizes),
    windows: oneWindow(config, sizes.layers),
  });
};

export const granite: Family = (config, type) => {
  const made = llama(config, type);
  const attentionScale = config.number('attention_multiplier', 1);
  return {
    ...made,
    embedding: { ...made.embedding, scale: config.number('embedding_multiplier', 1) },
    layers: made.layers.map(layer => ({ ...layer, attentionScale })),
    block: { ...SERIAL, residualScale: config.number('residual_multiplier', 1) },
    head: { ...made.head, scale: 1 / (config.positive('logits_scaling') ?? 1) },
  };
};

/** Positions turn nothing where `no_rope_layers` has a 0. */
export const smollm3: Family = (config, type) => {
  const sizes = sizesOf(config, { contextTokens: 32_768, keyValueHeads: 4 });
  const bias = config.flag('attention_bias', false);
  const isUsed = config.flag('use_sliding_window', false);
  const window = isUsed ? config.optionalCount('sliding_window') : null;
  config.value('sliding_window');
  config.value('max_window_layers');
  const interval = config.count('no_rope_layer_interval', 4);
  const turns =
    config.list('no_rope_layers', sizes.layers)?.map(Boolean) ??
    Array.from({ length: sizes.layers }, (_, layer) => (layer + 1) % interval !== 0);
  const sliding = slidingLayers(config, sizes.layers, layer => window !== null && !turns[layer]);
  const made = llamaLike(config, type, {
    sizes,
    norm: rmsNorm(config),
    rotary: rotaryOf(config, sizes, { base: 2_000_000 }),
    windows: sliding.map(slides => (slides ? window : null)),
    tied: true,
    bias: { queryKeyValue: bias, output: bias },
  });
  const layers = made.layers.map((layer, i) => (turns[i] ? layer : { ...layer, rotary: null }));
  return { ...made, layers, mlp: { ...made.mlp, bias: config.flag('mlp_bias', false) } };
};

/** Norms without weights, and queries, keys and values that may be cut. */
export const olmo: Family = (config, type) => {
  const sizes = sizesOf(config, { contextTokens: 2048 });
  const bias = config.flag('attention_bias', false);
  const norm: Norm = { kind: 'layer', epsilon: 1e-5, weight: 'none', bias: false };
  const made = llamaLike(config, type, {
    sizes,
    norm,
    rotary: rotaryOf(config, sizes),
    bias: { queryKeyValue: bias, output: bias },
  });
  return { ...made, attention: { ...made.attention, clip: config.positive('clip_qkv') } };
};

/** Norms after attention and MLP, and of all queries and keys of a token together; in OLMo 3 windows too. */
export const olmo2: Family = (config, type) => {
  const isThird = type === 'olmo3';
  const sizes = sizesOf(config, { contextTokens: 2048 });
  const bias = config.flag('attention_bias', false);
  const norm = rmsNorm(config, 1e-5);
  const rotary = rotaryOf(config, sizes, { base: isThird ? 500_000 : 10_000 });
  const made = llamaLike(config, type, {
    sizes,
    norm,
    rotary,
    bias: { queryKeyValue: bias, output: bias },
  });
  const shared = {
    ...made,
    block: { ...SERIAL, before: 'none', after: true },
    attention: { ...made.attention, queryKeyNorm: { over: 'width', norm } },
  } as const;
  if (!isThird) return shared;
  const localBase = config.number('rope_theta', 500_000);
  const shape = { ...sizes, base: localBase, partial: 1, localBase };
  const local = configRotary(config, shape, 'sliding_attention').rotary;
  const window = config.count('sliding_window', 4096);
  const sliding = slidingLayers(config, sizes.layers, layer => (layer + 1) % 4 !== 0);
  const layers = shared.layers.map((layer, i) =>
    sliding[i] ? { ...layer, window, rotary: local } : layer,
  );
  return { ...shared, layers };
};
