// The architecture that a config.json describes.
import { UserError } from '../../../core/errors';
import { isObject, quote, type Json } from '../../../core/json';
import type { Architecture } from './architecture';
import { ConfigReader } from './configReader';
import { families } from './families';

/** Weights in a file that other programs unpack; by "quant_method". */
const QUANTIZED: Readonly<Record<string, string>> = {
  gptq: 'GPTQ',
  awq: 'AWQ',
  bitsandbytes: 'bitsandbytes',
  fp8: 'fp8',
  mlx: 'MLX',
};

const SHARED_EXPERTS = 'a mixture of experts with shared experts';
const OTHER_FAMILY = 'a mixture of experts of another family';

/** Mixtures of experts that are not computed here; by "model_type". */
const OTHER_MIXTURES: readonly (readonly [why: string, types: string])[] = [
  [
    SHARED_EXPERTS,
    'qwen2_moe qwen3_next qwen3_5_moe deepseek deepseek_v2 deepseek_v3 deepseek_v32 kimi_k2 glm4_moe glm4_moe_lite dots1 ernie4_5_moe hunyuan_v1_moe bailing_moe llama4 llama4_text granitemoeshared granitemoehybrid',
  ],
  [OTHER_FAMILY, 'qwen3_moe dbrx jamba gpt_oss phimoe granitemoe minimax minimax_m2 flex_olmo'],
];

/**
 * `source`: the file, for messages. Throws `UserError` that names the key that is not known or is not what it should be.
 */
export function fromConfig(json: Json, source: string): Architecture {
  const config = textConfig(json);
  const quantization =
    config.quantization_config ?? json.quantization_config ?? config.quantization;
  if (isObject(quantization) && Object.keys(quantization).length > 0) {
    const method = String(quantization.quant_method ?? (config.quantization ? 'mlx' : 'unknown'));
    throw new UserError(
      `${source}: the weights are quantized (${QUANTIZED[method] ?? method}), which is not supported. Open the original model, a GGUF file of it, or an ONNX export.`,
    );
  }
  const type = String(config.model_type ?? '');
  const family = families.get(type);
  if (!family) {
    const known = [...families.keys()].join(', ');
    const mixture = OTHER_MIXTURES.find(([, types]) => types.split(' ').includes(type));
    const why = mixture ? `${mixture[0]}, which is not supported` : 'which is not supported';
    throw new UserError(
      `${source} says "model_type": ${quote(config.model_type)}, ${why}; supported: ${known}. Open an ONNX export of the model instead.`,
    );
  }
  const reader = new ConfigReader(config, source);
  const architecture = family(reader, type);
  reader.checkAllRead();
  return architecture;
}

/** Models of text and images keep their language model's fields in an object of their own; by "model_type". */
const LANGUAGE_MODELS = new Map([['gemma3', 'gemma3_text']]);

function textConfig(json: Json): Json {
  const model_type = LANGUAGE_MODELS.get(String(json.model_type));
  const inner = json.text_config;
  if (model_type === undefined || !isObject(inner)) return json;
  const { tie_word_embeddings } = json;
  const given = Object.fromEntries(Object.entries(inner).filter(([, value]) => value !== null));
  return {
    model_type,
    ...(tie_word_embeddings === undefined || tie_word_embeddings === null
      ? {}
      : { tie_word_embeddings }),
    ...given,
  };
}
