// genai_config.json, which onnxruntime-genai writes in place of a config.json: the same facts under its own names.
import { isObject, type Json } from '../../core/json';
import { UserError } from '../../core/errors';
import { join } from 'node:path';
import { readJson } from './readJson';

const NAME = 'genai_config.json';

/** In the words of a config.json; undefined where there is no such file. Throws `UserError` for what is not supported. */
export function configOfGenai(folder: string): Json | undefined {
  const found = read(folder);
  if (!found) return undefined;
  const { model, decoder } = found;
  const refuse = (what: string) => {
    throw new UserError(`${join(folder, NAME)}: ${what}`);
  };
  if (decoder.pipeline !== undefined)
    refuse('the decoder is a pipeline of several graphs (pipeline): export it as one graph.');
  const { sliding_window: window } = decoder;
  if (isObject(window) && window.slide_key_value_cache !== false)
    refuse(
      'the keys and values of a sliding window are dropped from the cache (slide_key_value_cache): export it without.',
    );
  return {
    model_type: model.type,
    max_position_embeddings: model.context_length,
    bos_token_id: model.bos_token_id,
    eos_token_id: model.eos_token_id,
    hidden_size: decoder.hidden_size,
    num_hidden_layers: decoder.num_hidden_layers,
    num_attention_heads: decoder.num_attention_heads,
    num_key_value_heads: decoder.num_key_value_heads,
    head_dim: decoder.head_size,
  };
}

/** The graph that it names, relative to the folder. */
export function graphOfGenai(folder: string): string | undefined {
  const filename = read(folder)?.decoder.filename;
  return typeof filename === 'string' ? filename : undefined;
}

function read(folder: string): { model: Json; decoder: Json } | undefined {
  const json = readJson(folder, NAME);
  const model = json?.model;
  if (!isObject(model)) return undefined;
  return { model, decoder: isObject(model.decoder) ? model.decoder : {} };
}
