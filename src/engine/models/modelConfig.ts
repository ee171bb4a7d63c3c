// What a model's config.json says about its language model, under the names that architectures give it.
import { isObject, nameOf, type Json } from '../../core/json';
import type { ModelShape } from './source';

export interface ModelConfig extends ModelShape {
  /** The ids that it names, whether or not the tokenizer has them. */
  readonly start: unknown;
  readonly ends: unknown;
  /** Why it can score no text, as far as the config says: without a period; empty where it may. */
  readonly noScores: string;
}

/** Where models of several modalities keep their language model's fields. */
const NESTED = ['text_config', 'llm_config', 'language_config', 'thinker_config'];
/** They are nested in one another, but not deeply. */
const MOST_LEVELS = 4;

/** Of a model that does not say it. */
const CONTEXT_TOKENS = 1024;

export function readModelConfig(config: Json): ModelConfig {
  const fields = languageFields(config);
  const contextTokens = firstCount(
    fields,
    'max_position_embeddings',
    'n_positions',
    'n_ctx',
    'max_seq_len',
    'max_sequence_length',
    'seq_length',
  );
  return {
    contextTokens: contextTokens ?? CONTEXT_TOKENS,
    hiddenSize: firstCount(fields, 'hidden_size', 'n_embd', 'd_model'),
    layers: firstCount(fields, 'num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'),
    kvHeads: firstCount(fields, 'num_key_value_heads', 'num_attention_heads', 'n_head'),
    headSize: headSizeOf(fields),
    start: fields.bos_token_id,
    ends: fields.eos_token_id,
    noScores:
      contextTokens === 1
        ? 'its config.json gives a context of 1 token, so it cannot predict a next token'
        : noDecoder(fields),
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

/** Tasks of encoders, as the names of architectures end. */
const ENCODER_TASK =
  /For(MaskedLM|PreTraining|SequenceClassification|TokenClassification|QuestionAnswering|MultipleChoice|NextSentencePrediction)$/;

/** By "model_type": families of which an architecture `...Model` is an encoder. */
const ENCODERS = new Set(
  'albert bert big_bird camembert deberta deberta-v2 distilbert electra ernie esm funnel ibert mobilebert modernbert mpnet nomic_bert roberta roformer squeezebert xlm-roberta'.split(
    ' ',
  ),
);

function noDecoder(fields: Json): string {
  const all = Array.isArray(fields.architectures) ? fields.architectures : [];
  const [architecture = ''] = all.filter(name => typeof name === 'string');
  if (fields.is_encoder_decoder === true)
    return `${architecture || 'it'} is an encoder-decoder model. Choose a decoder-only model`;
  if (fields.is_decoder === true) return '';
  const isEncoder =
    ENCODER_TASK.test(architecture) ||
    (ENCODERS.has(nameOf(fields.model_type)) && architecture.endsWith('Model'));
  if (!isEncoder) return '';
  return `${architecture} is an encoder, which does not predict the next token. Choose a decoder (a causal language model)`;
}

function headSizeOf(fields: Json): number | undefined {
  const given = firstCount(fields, 'head_dim', 'head_size');
  const hidden = firstCount(fields, 'hidden_size', 'n_embd', 'd_model');
  const heads = firstCount(fields, 'num_attention_heads', 'n_head');
  if (given !== undefined || hidden === undefined || heads === undefined) return given;
  return hidden % heads === 0 ? hidden / heads : undefined;
}

/** The first that is a whole number above 0. */
function firstCount(fields: Json, ...names: string[]): number | undefined {
  return names
    .map(name => fields[name])
    .find((value): value is number => Number.isSafeInteger(value) && Number(value) > 0);
}
