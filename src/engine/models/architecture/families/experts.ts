// Decoders whose MLP is a mixture of experts.
import type { Architecture, Routing } from '../architecture';
import type { ConfigReader } from '../configReader';
import { llamaLike, oneWindow, rmsNorm, rotaryOf, sizesOf, type Family } from './common';

/** The largest published models have 512. */
const MOST_EXPERTS = 10_000;

function withRouting(made: Architecture, routing: Routing): Architecture {
  return { ...made, layers: made.layers.map(layer => ({ ...layer, routing })) };
}

/** Asks for what only training does with experts. */
function passTraining(config: ConfigReader): void {
  for (const key of ['output_router_logits', 'router_aux_loss_coef', 'router_jitter_noise'])
    config.value(key);
}

/** Mistral with experts. */
export const mixtral: Family = (config, type) => {
  const sizes = sizesOf(config, { contextTokens: 131_072, keyValueHeads: 8 });
  const experts = config.count('num_local_experts', 8, MOST_EXPERTS);
  const chosen = config.count('num_experts_per_tok', 2, experts);
  passTraining(config);
  const made = llamaLike(config, type, {
    sizes,
    norm: rmsNorm(config, 1e-5),
    rotary: rotaryOf(config, sizes, { base: 1_000_000 }),
    windows: oneWindow(config, sizes.layers),
  });
  return withRouting(made, { experts, chosen, renormalises: true });
};

/** OLMo with experts, and norms of all queries and keys of a token together. */
export const olmoe: Family = (config, type) => {
  const sizes = sizesOf(config, { contextTokens: 4096, innerSize: 2048 });
  const experts = config.count('num_experts', 64, MOST_EXPERTS);
  const chosen = config.count('num_experts_per_tok', 8, experts);
  const renormalises = config.flag('norm_topk_prob', false);
  passTraining(config);
  const bias = config.flag('attention_bias', false);
  const norm = rmsNorm(config, 1e-5);
  const made = llamaLike(config, type, {
    sizes,
    norm,
    rotary: rotaryOf(config, sizes),
    bias: { queryKeyValue: bias, output: bias },
  });
  const clip = config.positive('clip_qkv');
  return withRouting(
    {
      ...made,
      attention: { ...made.attention, clip, queryKeyNorm: { over: 'width', norm } },
    },
    { experts, chosen, renormalises },
  );
};
