// What a model's config.json says about its language model, under the names that architectures give it.
import { isObject, type Json } from '../../core/json';
import type { ModelShape } from './source';

export interface ModelConfig extends ModelShape {
  /** Tokens that the model can hold at once. */
  readonly contextTokens: number;
  /** The ids that it names, whether or not the tokenizer has them. */
  readonly start: unknown;
  readonly ends: unknown;
}

/** Where models of several modalities keep their language model's fields. */
const NESTED = ['text_config', 'llm_config', 'language_config', 'thinker_config'];
/** They are nested in one another, but not deeply. */
const MOST_LEVELS = 4;

/** Of a model that does not say it. */
const CONTEXT_TOKENS = 1024;

export function readModelConfig(config: Json): ModelConfig {
  const fields = languageFields(config);
  return {
    contextTokens:
      firstCount(
        fields,
        'max_position_embeddings',
        'n_positions',
        'n_ctx',
        'max_seq_len',
        'max_sequence_length',
        'seq_length',
      ) ?? CONTEXT_TOKENS,
    hiddenSize: firstCount(fields, 'hidden_size', 'n_embd', 'd_model'),
    layers: firstCount(fields, 'num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'),
    start: fields.bos_token_id,
    ends: fields.eos_token_id,
  };
}

/** The fields of the language model, and those around them that it does not give itself. */
function languageFields(config: Json): Json {
  let fields = config;
  let inner: Json | undefined = config;
  for (let level = 0; level < MOST_LEVELS; level++) {
    const around: Json = inner;
    inner = NESTED.map(name => (Object.hasOwn(around, name) ? around[name] : null)).find(isObject);
    if (!inner) break;
    const given = Object.entries(inner).filter(([, value]) => value !== null);
    fields = { ...fields, ...Object.fromEntries(given) };
  }
  return fields;
}

/** The first that is a whole number above 0. */
function firstCount(fields: Json, ...names: string[]): number | undefined {
  return names
    .map(name => fields[name])
    .find((value): value is number => Number.isSafeInteger(value) && Number(value) > 0);
}
