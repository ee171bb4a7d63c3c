// What a model's folder says about it, as people find it: nested, with numbers that are not finite, or nonsense.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { START_ID, writeModelFolder } from '../../support/modelFolder';
import { hasShared, shared } from '../../support/shared';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-folder-'));
  writeModelFolder(folder, { graph: false });
  rmSync(join(folder, 'tokenizer_config.json'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function withConfig(text: string) {
  writeFileSync(join(folder, 'config.json'), text);
  return readModelFolder(folder);
}

describe('a language model inside of a larger one', () => {
  test.each(['text_config', 'llm_config', 'language_config'])('%s counts', name => {
    const inner = {
      max_position_embeddings: 256,
      hidden_size: 32,
      num_hidden_layers: 2,
      bos_token_id: null,
      eos_token_id: 7,
    };
    const config = { hidden_size: 999, bos_token_id: START_ID, [name]: inner };
    const read = withConfig(JSON.stringify(config));
    expect(read).toMatchObject({ contextTokens: 256, hiddenSize: 32, layers: 2, ends: [7] });
    // Null is no word of its own: what is around it counts.
    expect(read.start).toMatchObject({ id: START_ID });
  });

  test('also two levels down', () => {
    const thinker_config = { text_config: { max_position_embeddings: 99 } };
    expect(withConfig(JSON.stringify({ thinker_config })).contextTokens).toBe(99);
  });

  test('names that every object has, and fields that are no objects, mean nothing', () => {
    const text = '{"text_config": 3, "__proto__": {"text_config": {"n_ctx": 5}}, "n_ctx": 77}';
    expect(withConfig(text).contextTokens).toBe(77);
  });
});

test.each([
  ['-1', 1024],
  ['0', 1024],
  ['1.5', 1024],
  ['"512"', 1024],
  ['Infinity', 1024],
  ['512', 512],
])('a context of %s is %d tokens', (spelled, tokens) => {
  expect(withConfig(`{"max_position_embeddings": ${spelled}}`).contextTokens).toBe(tokens);
});

test.each(['n_positions', 'n_ctx', 'max_seq_len', 'seq_length'])('%s is the context', name => {
  expect(withConfig(`{"max_position_embeddings": null, "${name}": 40}`).contextTokens).toBe(40);
});

test('ids that are none are not ends, and no start', () => {
  const read = withConfig('{"eos_token_id": [-1, 1.5, "2", 3], "bos_token_id": 4096}');
  expect(read.ends).toEqual([3]);
  expect(read.start).toMatchObject({ content: '<|start|>' });
});

test('numbers that are not finite are read as Python writes them, after a byte order mark too', () => {
  const read = withConfig('\ufeff{"time_step_limit": [0.0, Infinity], "n": NaN, "n_ctx": 9}');
  expect(read.contextTokens).toBe(9);
});

describe('how a model fills in the middle', () => {
  const withOwn = (own: object) => {
    const path = join(folder, 'tokenscope.json');
    const before = readFileSync(path);
    writeFileSync(path, JSON.stringify(own));
    try {
      return readModelFolder(folder);
    } finally {
      writeFileSync(path, before);
    }
  };

  test('is said by its own file', () => {
    const fim = { psm: '<|start|>{prefix}<|start|>{suffix}', end: '<|start|>', cuts: 'token' };
    expect(withOwn({ fim }).fim).toMatchObject({
      source: 'tokenscope.json',
      templates: { psm: [[START_ID], 'prefix', [START_ID], 'suffix'] },
      ends: [START_ID],
      cuts: 'token',
    });
    expect(withOwn({}).fim).toBeUndefined();
  });

  test.skipIf(!hasShared)('is that of the family whose tokens it has', () => {
    expect(readModelFolder(join(shared, 'tokenizers/qwen2')).fim).toMatchObject({ source: 'Qwen' });
  });

  test('is refused by the name of the file where it cannot be', () => {
    expect(() => withOwn({ fim: { psm: '<|start|>{prefix}' } })).toThrow(UserError);
    expect(() => withOwn({ fim: {} })).toThrow(/tokenscope\.json: "fim" needs a template/);
  });
});

describe('the graph of a folder', () => {
  const open = (...names: string[]) => {
    const own = mkdtempSync(join(tmpdir(), 'tokenscope-graphs-'));
    writeModelFolder(own, { graph: false });
    mkdirSync(join(own, 'onnx'));
    for (const name of names) writeFileSync(join(own, name), '');
    const { weights, weightsMissing } = readModelFolder(own);
    rmSync(own, { recursive: true });
    return weights ? relative(own, weights.path).split(sep).join('/') : weightsMissing;
  };

  test.each([
    [['model_q4.onnx'], 'model_q4.onnx'],
    [['onnx/model_int8.onnx', 'onnx/model_fp16.onnx', 'onnx/model_q4.onnx'], 'onnx/model_q4.onnx'],
    [['onnx/model_int8.onnx', 'onnx/model_fp16.onnx'], 'onnx/model_fp16.onnx'],
    [['model.onnx', 'onnx/model_fp16.onnx'], 'model.onnx'],
    [['model.onnx', 'onnx/model.onnx'], 'onnx/model.onnx'],
    [
      ['onnx/encoder_model.onnx', 'onnx/decoder_model_merged.onnx'],
      'onnx/decoder_model_merged.onnx',
    ],
    [['onnx/my-own.onnx'], 'onnx/my-own.onnx'],
  ])('of %j is %s', (names, chosen) => {
    expect(open(...names)).toBe(chosen);
  });

  test('that is not known is refused with the names', () => {
    expect(open('a.onnx', 'b.onnx')).toMatch(
      /which of a\.onnx, b\.onnx in .* Rename it to model\.onnx/,
    );
    expect(open()).toMatch(/there is no model\.onnx in /);
  });
});

test.each([
  [
    'an encoder by its task',
    { architectures: ['RobertaForMaskedLM'] },
    /RobertaForMaskedLM is an encoder/,
  ],
  [
    'an encoder by its family',
    { architectures: ['BertModel'], model_type: 'bert' },
    /BertModel is an encoder/,
  ],
  [
    'an encoder with a decoder',
    { architectures: ['T5ForConditionalGeneration'], is_encoder_decoder: true },
    /is an encoder-decoder model/,
  ],
  [
    'a decoder of an encoder family',
    { architectures: ['BertLMHeadModel'], model_type: 'bert', is_decoder: true },
    /^$/,
  ],
  ['a decoder', { architectures: ['LlamaForCausalLM'], model_type: 'llama' }, /^$/],
])('%s says whether it scores a text', (_, config, why) => {
  writeFileSync(join(folder, 'model.onnx'), '');
  const { weights, weightsMissing } = withConfig(JSON.stringify(config));
  rmSync(join(folder, 'model.onnx'));
  expect(weightsMissing).toMatch(why);
  expect(weights === undefined).toBe(weightsMissing !== '');
});

describe.skipIf(!hasShared)('from the field', () => {
  const field = join(shared, 'field');
  test('nested-config and config-infinity open', () => {
    const read = (name: string) =>
      withConfig(readFileSync(join(field, name, 'config.json'), 'utf8'));
    expect(read('nested-config').contextTokens).toBe(256);
    expect(read('config-infinity').contextTokens).toBe(1024);
  });
});
