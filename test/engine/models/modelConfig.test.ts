// What a config.json says, under every name that families give it.
import { describe, expect, test } from 'vitest';
import { readModelConfig } from '../../../src/engine/models/modelConfig';

describe('sizes', () => {
  const names = {
    contextTokens: [
      'max_position_embeddings',
      'n_positions',
      'n_ctx',
      'max_seq_len',
      'max_sequence_length',
      'seq_length',
    ],
    hiddenSize: ['hidden_size', 'n_embd', 'd_model'],
    layers: ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'],
    kvHeads: ['num_key_value_heads', 'num_attention_heads', 'n_head'],
    headSize: ['head_dim', 'head_size'],
  } as const;
  const cases = Object.entries(names).flatMap(([key, all]) =>
    all.map(name => [name, key] as const),
  );

  test.each(cases)('%s is its %s', (name, key) => {
    expect(readModelConfig({ [name]: 48 })[key as keyof typeof names]).toBe(48);
    for (const none of [0, -1, 1.5, '48', null])
      expect(readModelConfig({ [name]: none })[key as keyof typeof names]).toBe(
        key === 'contextTokens' ? 1024 : undefined,
      );
  });

  test('are those of the first name that has a number', () => {
    const config = { n_positions: 7, max_position_embeddings: 9, num_attention_heads: 8 };
    expect(readModelConfig(config)).toMatchObject({ contextTokens: 9, kvHeads: 8 });
    expect(readModelConfig({ ...config, max_position_embeddings: 0 }).contextTokens).toBe(7);
  });

  test('of a head are the width by their number, where that divides it', () => {
    expect(readModelConfig({ hidden_size: 96, num_attention_heads: 8 }).headSize).toBe(12);
    expect(readModelConfig({ n_embd: 96, n_head: 6 }).headSize).toBe(16);
    expect(readModelConfig({ d_model: 96, n_head: 6, head_dim: 20 }).headSize).toBe(20);
    expect(readModelConfig({ hidden_size: 96, num_attention_heads: 7 }).headSize).toBeUndefined();
    expect(readModelConfig({ hidden_size: 96 }).headSize).toBeUndefined();
  });
});

test('the language model’s fields are inside of those of several modalities', () => {
  for (const key of ['text_config', 'llm_config', 'language_config', 'thinker_config'])
    expect(
      readModelConfig({ [key]: { hidden_size: 5 }, hidden_size: 3, n_layer: 2 }),
    ).toMatchObject({
      hiddenSize: 5,
      layers: 2,
    });
  // What the inner one leaves out is the outer one's; null is left out.
  const nested = { thinker_config: { text_config: { hidden_size: 5, bos_token_id: null } } };
  expect(readModelConfig({ ...nested, bos_token_id: 1 })).toMatchObject({
    hiddenSize: 5,
    start: 1,
  });
  expect(readModelConfig({ text_config: 'x', hidden_size: 3 }).hiddenSize).toBe(3);
});

test('start and ends are as the file has them', () => {
  expect(readModelConfig({ bos_token_id: '1', eos_token_id: [2, 3] })).toMatchObject({
    start: '1',
    ends: [2, 3],
  });
  expect(readModelConfig({})).toEqual({
    contextTokens: 1024,
    hiddenSize: undefined,
    layers: undefined,
    kvHeads: undefined,
    headSize: undefined,
    start: undefined,
    ends: undefined,
    noScores: '',
  });
});

describe('no scores', () => {
  const reason = (config: object) => readModelConfig(config as never).noScores;

  test.each([
    'MaskedLM',
    'PreTraining',
    'SequenceClassification',
    'TokenClassification',
    'QuestionAnswering',
    'MultipleChoice',
    'NextSentencePrediction',
  ])('are there of an encoder for %s', task => {
    expect(reason({ architectures: [`BertFor${task}`] })).toMatch(
      new RegExp(`^BertFor${task} is an encoder, which does not predict`),
    );
    expect(reason({ architectures: [`BertFor${task}Too`] })).toBe('');
    expect(reason({ architectures: [`BertFor${task}`], is_decoder: true })).toBe('');
  });

  test('are there of an encoder’s model by its family', () => {
    for (const model_type of ['albert', 'bert', 'deberta-v2', 'modernbert', 'xlm-roberta'])
      expect(reason({ model_type, architectures: ['XModel'] })).toMatch(/^XModel is an encoder/);
    expect(reason({ model_type: 'llama', architectures: ['LlamaModel'] })).toBe('');
    expect(reason({ model_type: 'bert', architectures: ['BertForCausalLM'] })).toBe('');
    expect(reason({ model_type: 'bert' })).toBe('');
    expect(reason({ model_type: 'bert', architectures: [3, 'BertModel'] })).toMatch(/^BertModel/);
  });

  test('are there of an encoder with a decoder, and of one token', () => {
    expect(reason({ is_encoder_decoder: true, architectures: ['T5Model'] })).toMatch(
      /^T5Model is an encoder-decoder model/,
    );
    expect(reason({ is_encoder_decoder: true })).toMatch(/^it is an encoder-decoder model/);
    expect(reason({ is_encoder_decoder: 1 })).toBe('');
    expect(reason({ n_ctx: 1 })).toBe(
      'its config.json gives a context of 1 token, so it cannot predict a next token',
    );
    expect(reason({ n_ctx: 2 })).toBe('');
  });
});
