// What published configurations say, with all of their keys.
import { expect, test } from 'vitest';
import type { Architecture } from '../../../src/engine/models/architecture/architecture';
import { fromConfig } from '../../../src/engine/models/architecture/fromConfig';
import { frequenciesOf } from '../../../src/engine/models/architecture/rotary';

const read = (config: object): Architecture => fromConfig({ ...config }, 'config.json');
const SAVED = { torch_dtype: 'bfloat16', transformers_version: '4.45.0', use_cache: true };
const ENDS = { bos_token_id: 1, eos_token_id: [2, 3], pad_token_id: 0 };
const BLOCKS = { initializer_range: 0.02, attention_dropout: 0, ...SAVED, ...ENDS };

test('SmolLM2 135M Instruct', () => {
  const made = read({
    ...BLOCKS,
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    hidden_act: 'silu',
    hidden_size: 576,
    intermediate_size: 1536,
    is_llama_config: true,
    max_position_embeddings: 8192,
    model_type: 'llama',
    num_attention_heads: 9,
    num_hidden_layers: 30,
    num_key_value_heads: 3,
    pretraining_tp: 1,
    rms_norm_eps: 1e-5,
    rope_interleaved: false,
    rope_scaling: null,
    rope_theta: 100000,
    tie_word_embeddings: true,
    'transformers.js_config': { kv_cache_dtype: { q4f16: 'float16' } },
    vocab_size: 49152,
  });
  expect(made.attention).toMatchObject({ heads: 9, keyValueHeads: 3, headSize: 64 });
  expect(made.layers[29]!.rotary!.frequencies).toEqual(frequenciesOf(100000, 64));
  expect(made.head.tied).toBe(true);
});

test('StarCoder2 3B has keys of StarCoder 1 that nothing reads', () => {
  const made = read({
    ...BLOCKS,
    activation_function: 'gelu',
    residual_dropout: 0,
    embedding_dropout: 0,
    hidden_act: 'gelu_pytorch_tanh',
    hidden_size: 3072,
    intermediate_size: 12288,
    layer_norm_epsilon: 1e-6,
    max_position_embeddings: 16384,
    mlp_type: 'default',
    model_type: 'starcoder2',
    norm_epsilon: 1e-5,
    norm_type: 'layer_norm',
    num_attention_heads: 24,
    num_hidden_layers: 30,
    num_key_value_heads: 2,
    rope_theta: 999999.4420358813,
    sliding_window: 4096,
    use_bias: true,
    vocab_size: 49152,
  });
  expect(made.norm).toMatchObject({ kind: 'layer', epsilon: 1e-5, bias: true });
  expect(made.layers.every(({ window }) => window === 4096)).toBe(true);
  expect(made.head.tied).toBe(true);
});

test('StarCoderBase 1B', () => {
  const made = read({
    ...SAVED,
    activation_function: 'gelu_pytorch_tanh',
    attention_softmax_in_fp32: true,
    attn_pdrop: 0.1,
    embd_pdrop: 0.1,
    inference_runner: 0,
    layer_norm_epsilon: 1e-5,
    max_batch_size: null,
    max_sequence_length: null,
    model_type: 'gpt_bigcode',
    multi_query: true,
    n_embd: 2048,
    n_head: 16,
    n_inner: 8192,
    n_layer: 24,
    n_positions: 8192,
    pad_key_length: true,
    pre_allocate_kv_cache: false,
    resid_pdrop: 0.1,
    scale_attention_softmax_in_fp32: true,
    scale_attn_weights: true,
    summary_activation: null,
    summary_first_dropout: 0.1,
    summary_proj_to_labels: true,
    summary_type: 'cls_index',
    summary_use_proj: true,
    validate_runner_input: true,
    vocab_size: 49152,
  });
  expect(made.attention).toMatchObject({ heads: 16, keyValueHeads: 1, headSize: 128 });
  expect(made.embedding.learnedPositions).toBe(8192);
});

test('Pythia, also as versions of transformers saved it that add the usual names', () => {
  const pythia = {
    ...SAVED,
    hidden_act: 'gelu',
    hidden_size: 512,
    intermediate_size: 2048,
    layer_norm_eps: 1e-5,
    max_position_embeddings: 2048,
    model_type: 'gpt_neox',
    num_attention_heads: 8,
    num_hidden_layers: 6,
    rotary_emb_base: 10000,
    rotary_pct: 0.25,
    use_parallel_residual: true,
    vocab_size: 50304,
  };
  const plain = read(pythia);
  expect(plain.layers[0]!.rotary!.frequencies).toEqual(frequenciesOf(10000, 16));
  expect(read({ ...pythia, partial_rotary_factor: 0.25, rope_theta: 10000 })).toEqual(plain);
  const { rotary_emb_base: _, rotary_pct: __, ...usual } = pythia;
  expect(read({ ...usual, partial_rotary_factor: 0.25, rope_theta: 10000 })).toEqual(plain);
  expect(() => read({ ...pythia, partial_rotary_factor: 0.5 })).toThrow(
    /says "partial_rotary_factor": 0.5; it should be the same as "rotary_pct"/,
  );
});

test('GPT-2', () => {
  const made = read({
    activation_function: 'gelu_new',
    architectures: ['GPT2LMHeadModel'],
    attn_pdrop: 0.1,
    bos_token_id: 50256,
    embd_pdrop: 0.1,
    eos_token_id: 50256,
    initializer_range: 0.02,
    layer_norm_epsilon: 1e-5,
    model_type: 'gpt2',
    n_ctx: 1024,
    n_embd: 768,
    n_head: 12,
    n_layer: 12,
    n_positions: 1024,
    resid_pdrop: 0.1,
    summary_activation: null,
    summary_first_dropout: 0.1,
    summary_proj_to_labels: true,
    summary_type: 'cls_index',
    summary_use_proj: true,
    task_specific_params: { 'text-generation': { do_sample: true, max_length: 50 } },
    vocab_size: 50257,
  });
  expect(made.mlp).toEqual({ kind: 'plain', activation: 'geluTanh', innerSize: 3072, bias: true });
});

const GEMMA3 = {
  architectures: ['Gemma3ForConditionalGeneration'],
  boi_token_index: 255999,
  eoi_token_index: 256000,
  eos_token_id: [1, 106],
  image_token_index: 262144,
  initializer_range: 0.02,
  mm_tokens_per_image: 256,
  model_type: 'gemma3',
  ...SAVED,
  vision_config: { hidden_size: 1152 },
};

test('Gemma 3 12B leaves out what its class has, and scales the positions of its global layers alone', () => {
  const made = read({
    ...GEMMA3,
    text_config: {
      hidden_size: 3840,
      intermediate_size: 15360,
      model_type: 'gemma3_text',
      num_attention_heads: 16,
      num_hidden_layers: 48,
      num_key_value_heads: 8,
      rope_scaling: { factor: 8, rope_type: 'linear' },
      sliding_window: 1024,
    },
  });
  expect(made).toMatchObject({ vocabSize: 262208, contextTokens: 131072 });
  expect(made.layers.slice(0, 6).map(({ window }) => window)).toEqual([
    1024,
    1024,
    1024,
    1024,
    1024,
    null,
  ]);
  expect(made.layers[0]!.rotary!.frequencies).toEqual(frequenciesOf(10000, 256));
  const scaled = frequenciesOf(1e6, 256).map(each => each / 8);
  expect(made.layers[5]!.rotary!.frequencies).toEqual(scaled);
  expect(made.layers[0]!.attentionScale).toBe(1 / 16);
});

test('Phi-4 mini is bounded by the positions that its first table is for', () => {
  const factors = Array.from({ length: 48 }, (_, i) => 1 + i / 10);
  const made = read({
    ...BLOCKS,
    attention_bias: false,
    auto_map: {},
    embd_pdrop: 0,
    full_attn_mod: 1,
    hidden_act: 'silu',
    hidden_size: 3072,
    interpolate_factor: 1,
    intermediate_size: 8192,
    lm_head_bias: false,
    max_position_embeddings: 131072,
    mlp_bias: false,
    model_type: 'phi3',
    num_attention_heads: 24,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    original_max_position_embeddings: 4096,
    partial_rotary_factor: 0.75,
    resid_pdrop: 0,
    rms_norm_eps: 1e-5,
    rope_scaling: { long_factor: factors, short_factor: factors, type: 'longrope' },
    rope_theta: 10000,
    sliding_window: 262144,
    tie_word_embeddings: true,
    vocab_size: 200064,
  });
  expect(made.contextTokens).toBe(4096);
  expect(made.warnings).toEqual([expect.stringMatching(/limited to 4096 tokens/)]);
  const { rotary } = made.layers[0]!;
  expect(rotary!.frequencies).toHaveLength(48);
  expect(rotary!.magnitude).toBeCloseTo(Math.sqrt(1 + Math.log(32) / Math.log(4096)), 12);
});

test('Qwen2.5 has a window that is off', () => {
  const made = read({
    ...BLOCKS,
    hidden_act: 'silu',
    hidden_size: 896,
    intermediate_size: 4864,
    max_position_embeddings: 32768,
    max_window_layers: 24,
    model_type: 'qwen2',
    num_attention_heads: 14,
    num_hidden_layers: 24,
    num_key_value_heads: 2,
    rms_norm_eps: 1e-6,
    rope_theta: 1000000,
    sliding_window: 32768,
    tie_word_embeddings: true,
    use_mrope: false,
    use_sliding_window: false,
    vocab_size: 151936,
  });
  expect(made.layers.every(({ window }) => window === null)).toBe(true);
  expect(made.attention.bias).toEqual({ queryKeyValue: true, output: false });
});

test('a window that the file does not name is that of the configuration class of transformers', () => {
  const sizes = { hidden_size: 64, intermediate_size: 128, num_attention_heads: 8, vocab_size: 96 };
  const windows = (config: object) =>
    read({ ...sizes, num_hidden_layers: 2, ...config }).layers.map(({ window }) => window);
  const mistral = { model_type: 'mistral' };
  expect(windows(mistral)).toEqual([4096, 4096]);
  expect(windows({ ...mistral, sliding_window: null })).toEqual([null, null]);
  for (const model_type of ['qwen2', 'qwen3']) {
    const qwen = { model_type, max_window_layers: 1 };
    expect(windows(qwen)).toEqual([null, null]);
    expect(windows({ ...qwen, use_sliding_window: true })).toEqual([null, 4096]);
    expect(windows({ ...qwen, use_sliding_window: true, sliding_window: null })).toEqual([
      null,
      null,
    ]);
  }
  for (const model_type of ['mixtral', 'phi3', 'starcoder2'])
    expect(windows({ model_type })).toEqual([null, null]);
});

test('Olmo 3 scales the positions of its global layers by YaRN, in the old spelling', () => {
  const made = read({
    ...BLOCKS,
    attention_bias: false,
    hidden_act: 'silu',
    hidden_size: 4096,
    intermediate_size: 11008,
    layer_types: Array.from({ length: 32 }, (_, i) =>
      i % 4 === 3 ? 'full_attention' : 'sliding_attention',
    ),
    max_position_embeddings: 65536,
    model_type: 'olmo3',
    num_attention_heads: 32,
    num_hidden_layers: 32,
    num_key_value_heads: 32,
    rms_norm_eps: 1e-6,
    rope_scaling: {
      attention_factor: 1.2079441541679836,
      beta_fast: 32,
      beta_slow: 1,
      factor: 8,
      original_max_position_embeddings: 8192,
      rope_type: 'yarn',
    },
    rope_theta: 500000,
    sliding_window: 4096,
    tie_word_embeddings: false,
    vocab_size: 100278,
  });
  expect(made.layers[0]!.rotary).toMatchObject({ magnitude: 1 });
  expect(made.layers[0]!.rotary!.frequencies).toEqual(frequenciesOf(500000, 128));
  expect(made.layers[3]!.rotary!.magnitude).toBe(1.2079441541679836);
  expect(made.layers[3]!.window).toBeNull();
});

test('Mixtral 8x7B', () => {
  const made = read({
    ...BLOCKS,
    architectures: ['MixtralForCausalLM'],
    hidden_act: 'silu',
    hidden_size: 4096,
    intermediate_size: 14336,
    max_position_embeddings: 32768,
    model_type: 'mixtral',
    num_attention_heads: 32,
    num_experts_per_tok: 2,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    num_local_experts: 8,
    output_router_logits: false,
    rms_norm_eps: 1e-5,
    rope_theta: 1000000,
    router_aux_loss_coef: 0.02,
    sliding_window: null,
    tie_word_embeddings: false,
    vocab_size: 32000,
  });
  const routing = { experts: 8, chosen: 2, renormalises: true };
  expect(made.layers.map(layer => layer.routing)).toEqual(
    Array.from({ length: 32 }, () => routing),
  );
  expect(made.layers[0]).toMatchObject({ window: null, attentionScale: 128 ** -0.5 });
  expect(made.mlp).toMatchObject({ kind: 'gated', activation: 'silu', innerSize: 14336 });
});

test('OLMoE 1B 7B does not divide what it chose by its sum', () => {
  const made = read({
    ...BLOCKS,
    architectures: ['OlmoeForCausalLM'],
    attention_bias: false,
    clip_qkv: null,
    hidden_act: 'silu',
    hidden_size: 2048,
    intermediate_size: 1024,
    max_position_embeddings: 4096,
    model_type: 'olmoe',
    norm_topk_prob: false,
    num_attention_heads: 16,
    num_experts: 64,
    num_experts_per_tok: 8,
    num_hidden_layers: 16,
    num_key_value_heads: 16,
    output_router_logits: false,
    rope_scaling: null,
    rope_theta: 10000,
    router_aux_loss_coef: 0.01,
    tie_word_embeddings: false,
    vocab_size: 50304,
  });
  const routing = { experts: 64, chosen: 8, renormalises: false };
  expect(made.layers.map(layer => layer.routing)).toEqual(
    Array.from({ length: 16 }, () => routing),
  );
  expect(made.attention).toMatchObject({ clip: null, queryKeyNorm: { over: 'width' } });
  expect(made.norm.epsilon).toBe(1e-5);
});

test('mixtures of experts that leave out what their class has', () => {
  const sizes = { hidden_size: 32, num_attention_heads: 8, num_hidden_layers: 1, vocab_size: 4 };
  const mixtral = read({ ...sizes, model_type: 'mixtral' });
  expect(mixtral.layers[0]!.routing).toEqual({ experts: 8, chosen: 2, renormalises: true });
  expect(mixtral).toMatchObject({ contextTokens: 131_072, attention: { keyValueHeads: 8 } });
  expect(mixtral.norm.epsilon).toBe(1e-5);
  expect(mixtral.layers[0]!.rotary!.frequencies).toEqual(frequenciesOf(1e6, 4));
  const olmoe = read({ ...sizes, model_type: 'olmoe' });
  expect(olmoe.layers[0]!.routing).toEqual({ experts: 64, chosen: 8, renormalises: false });
  expect(olmoe).toMatchObject({ contextTokens: 4096, mlp: { innerSize: 2048 } });
  expect(olmoe.layers[0]!.rotary!.frequencies).toEqual(frequenciesOf(1e4, 4));
});

test('weights that MLX quantized are refused', () => {
  const config = { model_type: 'llama', quantization: { group_size: 64, bits: 4 } };
  expect(() => read(config)).toThrow(/are quantized \(MLX\)/);
});
