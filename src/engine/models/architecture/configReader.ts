// Reads a config.json key by key and remembers which: whatever nobody asked for might change the maths, and is refused.
import { UserError } from '../../../core/errors';
import { isObject, quote, quoteName, type Json } from '../../../core/json';

/** Keys of training, of generation and of bookkeeping: none changes what a model computes of a text. */
const HARMLESS = new Set(
  `_attn_implementation _attn_implementation_autoset _attn_implementation_internal _commit_hash
  _experts_implementation_internal _flash_attn_2_enabled _from_model_config _name_or_path _num_labels
  _output_attentions _output_router_logits _post_init_done architectures attention_dropout
  attention_softmax_in_fp32 attn_implementation attn_pdrop auto_map bad_words_ids begin_suppress_tokens
  boi_token_index bos_token_id cache_implementation chat_template chunk_size_feed_forward classifier_dropout
  classifier_dropout_prob cls_token_id custom_pipelines decoder_start_token_id diversity_penalty do_sample dtype
  early_stopping embd_pdrop embedding_dropout encoder_no_repeat_ngram_size eoi_token_index eos_token_id
  exponential_decay_length_penalty finetuning_task forced_bos_token_id forced_eos_token_id gradient_checkpointing
  hidden_dropout id2label ignore_index image_token_index inference_runner init_device initializer_factor
  initializer_range is_llama_config keys_to_ignore_at_inference label2id length_penalty max_batch_size max_length
  max_sequence_length min_length mm_tokens_per_image model_max_length model_type no_repeat_ngram_size
  num_beam_groups num_beams num_labels num_return_sequences output_attentions output_hidden_states output_past
  output_scores pad_key_length pad_token_id pre_allocate_kv_cache prefix pretraining_tp problem_type pruned_heads
  quantization_config remove_invalid_values reorder_and_upcast_attn repetition_penalty resid_pdrop
  residual_dropout return_dict return_dict_in_generate scale_attention_softmax_in_fp32 sep_token_id
  summary_activation summary_first_dropout summary_proj_to_labels summary_type summary_use_proj suppress_tokens
  task_specific_params temperature tensor_parallel_degree tf_legacy_loss tie_encoder_decoder tokenizer_class
  top_k top_p torch_dtype torchscript transformers.js_config transformers_version typical_p unsloth_fixed
  unsloth_version use_bfloat16 use_cache use_flash_attn validate_runner_input vision_config`
    .split(/\s+/)
    .filter(Boolean),
);

/** Sizes of real models are far below, and what is made of them fits into memory. */
const MOST = 10_000_000;

export class ConfigReader {
  private readonly asked = new Set<string>();

  /** `source`: the file, for messages. */
  constructor(
    private readonly fields: Json,
    readonly source: string,
  ) {}

  /** The value as it is; undefined where there is none, or null. */
  value(name: string): unknown {
    this.asked.add(name);
    return Object.hasOwn(this.fields, name) ? (this.fields[name] ?? undefined) : undefined;
  }

  /** Whether the key is there, perhaps with null for what is off. */
  has(name: string): boolean {
    this.asked.add(name);
    return Object.hasOwn(this.fields, name);
  }

  /** A whole number from 1 to `most`. */
  count(name: string, otherwise?: number, most = MOST): number {
    const value = this.value(name) ?? otherwise;
    if (Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most)
      return Number(value);
    throw this.refusal(name, value, `a whole number from 1 to ${most}`);
  }

  number(name: string, otherwise?: number): number {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.refusal(name, value, 'a number');
  }

  /** A number above 0; null where there is none. */
  positive(name: string): number | null {
    if (this.value(name) === undefined) return null;
    const value = this.number(name);
    if (value > 0) return value;
    throw this.refusal(name, value, 'a number above 0');
  }

  /** A whole number above 0; null where it is off by a null, `otherwise` where the key is not there. */
  optionalCount(name: string, otherwise: number | null = null): number | null {
    if (!this.has(name)) return otherwise;
    return this.value(name) === undefined ? null : this.count(name);
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'boolean') return value;
    throw this.refusal(name, value, 'true or false');
  }

  text(name: string, otherwise?: string): string {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'string') return value;
    throw this.refusal(name, value, 'a name');
  }

  object(name: string): Json | undefined {
    const value = this.value(name);
    if (value === undefined || isObject(value)) return value;
    throw this.refusal(name, value, 'an object');
  }

  /** One of `length` values for each layer. */
  list(name: string, length: number): readonly unknown[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length === length) return value;
    throw this.refusal(name, value, `a list of ${length}`);
  }

  /** Throws where the key is there with a value that is not the one that is computed here. */
  only(name: string, ...values: unknown[]): void {
    const value = this.value(name);
    if (value === undefined || values.includes(value)) return;
    throw this.refusal(name, value, `${values.map(quote).join(' or ')}, the only supported values`);
  }

  /** Throws `UserError` that names a key that nobody asked for, unless it is known to change nothing. */
  checkAllRead(): void {
    for (const [name, value] of Object.entries(this.fields)) {
      if (this.asked.has(name) || HARMLESS.has(name) || isEmpty(value)) continue;
      throw new UserError(
        `${this.source} has ${quoteName(name)}: ${quote(value)}, which is not known for this family and may change the result. Open an ONNX export of the model instead.`,
      );
    }
  }

  refusal(name: string, value: unknown, expected: string): UserError {
    const found = value === undefined ? `has no "${name}"` : `says "${name}": ${quote(value)}`;
    return new UserError(`${this.source} ${found}; it should be ${expected}.`);
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
