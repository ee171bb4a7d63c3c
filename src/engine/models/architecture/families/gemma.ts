// Gemma, Gemma 2 and Gemma 3: norms by 1 + w, tokens scaled by √width, a gated MLP with GELU; from 2 on norms after
// attention and MLP and windows, in 2 soft-caps, in 3 norms of queries and keys. Sizes by default are those of the
// configurations' classes, which Gemma 3 of 4B and more leaves out.
import type { Architecture, Norm } from '../architecture';
import type { ConfigReader } from '../configReader';
import { configRotary } from '../configRotary';
import {
  activation,
  llamaLike,
  rmsNorm,
  rotaryOf,
  SERIAL,
  sizesOf,
  slidingLayers,
  type Family,
} from './common';

export const gemma: Family = (config, type) =>
  gemmaLike(config, type, {
    contextTokens: 8192,
    heads: 16,
    keyValueHeads: 16,
    headSize: 256,
    vocabSize: 256_000,
  });

export const gemma2: Family = (config, type) => {
  const sizes = { contextTokens: 8192, heads: 8, keyValueHeads: 4, headSize: 256 };
  const made = gemmaLike(config, type, { ...sizes, vocabSize: 256_000 });
  const sliding = slidingLayers(config, made.layers.length, layer => layer % 2 === 0);
  const window = config.count('sliding_window', 4096);
  return withPostNorms(config, {
    ...made,
    layers: made.layers.map((layer, i) => (sliding[i] ? { ...layer, window } : layer)),
    attention: { ...made.attention, softcap: softcap(config, 'attn_logit_softcapping', 50) },
    head: { ...made.head, softcap: softcap(config, 'final_logit_softcapping', 30) },
  });
};

export const gemma3: Family = (config, type) => {
  const defaults = {
    contextTokens: 131_072,
    hiddenSize: 2304,
    innerSize: 9216,
    layers: 26,
    heads: 8,
    keyValueHeads: 4,
    headSize: 256,
  };
  const made = gemmaLike(config, type, { ...defaults, vocabSize: 262_208 }, 1_000_000);
  const pattern = config.count(
    'sliding_window_pattern',
    config.count('_sliding_window_pattern', 6),
  );
  const sliding = slidingLayers(config, made.layers.length, layer => (layer + 1) % pattern !== 0);
  const window = config.count('sliding_window', 4096);
  const localBase = config.number('rope_local_base_freq', 10_000);
  const { headSize } = made.attention;
  const { contextTokens } = made;
  const shape = { headSize, contextTokens, base: localBase, partial: 1, localBase };
  const local = configRotary(config, shape, 'sliding_attention').rotary;
  return withPostNorms(config, {
    ...made,
    layers: made.layers.map((layer, i) =>
      sliding[i] ? { ...layer, window, rotary: local } : layer,
    ),
    attention: {
      ...made.attention,
      softcap: softcap(config, 'attn_logit_softcapping', null),
      queryKeyNorm: { over: 'head', norm: made.norm },
    },
    head: { ...made.head, softcap: softcap(config, 'final_logit_softcapping', null) },
  });
};

function gemmaLike(
  config: ConfigReader,
  type: string,
  defaults: Parameters<typeof sizesOf>[1],
  base?: number,
): Architecture {
  const sizes = sizesOf(config, defaults);
  const bias = config.flag('attention_bias', false);
  config.only('use_bidirectional_attention', false);
  const norm: Norm = { ...rmsNorm(config), weight: 'plusOne' };
  const made = llamaLike(config, type, {
    sizes,
    norm,
    rotary: rotaryOf(config, sizes, base === undefined ? {} : { base }),
    tied: true,
    bias: { queryKeyValue: bias, output: bias },
    activation: gelu(config),
  });
  return { ...made, embedding: { ...made.embedding, scale: Math.sqrt(sizes.hiddenSize) } };
}

/** The first configurations of Gemma call it "gelu" under `hidden_act` and mean the one by tanh. */
function gelu(config: ConfigReader) {
  const old = config.text('hidden_act', 'gelu_pytorch_tanh');
  return activation(config, 'hidden_activation', old === 'gelu' ? 'gelu_pytorch_tanh' : old);
}

function withPostNorms(config: ConfigReader, architecture: Architecture): Architecture {
  const attentionScale = config.number('query_pre_attn_scalar', 256) ** -0.5;
  return {
    ...architecture,
    layers: architecture.layers.map(layer => ({ ...layer, attentionScale })),
    block: { ...SERIAL, after: true },
  };
}

/** A null in the configuration is one that is off, not the default. */
function softcap(config: ConfigReader, key: string, otherwise: number | null): number | null {
  return config.has(key) ? config.positive(key) : otherwise;
}
