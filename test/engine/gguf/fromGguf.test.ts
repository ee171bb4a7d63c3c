// What of a GGUF file is refused, by name. The architectures that are read: test/engine/models/ggufModels.test.ts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { openTokenizerAt } from '../../../src/engine/models/openTokenizer';
import { fromGguf } from '../../../src/engine/gguf/architecture/fromGguf';
import { GgufFile } from '../../../src/engine/gguf/ggufFile';
import { builtFromGguf, contentOf } from '../../../src/engine/models/sources/gguf/ggufSource';
import { ggufBytes, floats, type GgufValueToWrite } from '../../support/gguf';
import { ggufOfFamily, goldenGgufs, vocabularyOfCharacters } from '../../support/ggufFamilies';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-gguf-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const options = { cacheFolder: join(scratch, 'cache') };

function write(name: string, bytes: Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

type Change = Readonly<Record<string, GgufValueToWrite | undefined>>;
const changed = (family: string, change: Change) =>
  ggufOfFamily(goldenGgufs.cases[family]!, change);

const listed = (key: string) => vocabularyOfCharacters[key]![2] as string[];

describe('is refused, by name', () => {
  test.each<[string, Uint8Array, string]>([
    [
      'the image part',
      changed('llama', { 'general.architecture': ['string', 'clip'] }),
      'is the image part of a language model',
    ],
    [
      'the image part, of its type',
      changed('llama', { 'general.type': ['string', 'mmproj'] }),
      'is the image part',
    ],
    [
      'an adapter',
      changed('llama', { 'general.type': ['string', 'adapter'] }),
      'is a LoRA adapter',
    ],
    [
      'an embedding model',
      changed('qwen3', { 'qwen3.pooling_type': ['u32', 3] }),
      'is an embedding model',
    ],
    [
      'an encoder',
      changed('llama', { 'general.architecture': ['string', 'bert'] }),
      'is of the architecture bert, an encoder',
    ],
    [
      'a mixture of experts',
      changed('llama', { 'general.architecture': ['string', 'qwen3moe'] }),
      'qwen3moe, a mixture of experts',
    ],
    [
      'experts in a qwen2',
      changed('qwen2', { 'qwen2.expert_count': ['u32', 8] }),
      'qwen2.expert_count is 8; it should be 0',
    ],
    [
      'experts without how many are chosen',
      changed('llama', { 'llama.expert_count': ['u32', 8] }),
      'llama.expert_used_count is missing',
    ],
    [
      'experts without their tensors',
      changed('llama', { 'llama.expert_count': ['u32', 8], 'llama.expert_used_count': ['u32', 2] }),
      'has no tensor "blk.0.ffn_gate_inp.weight"',
    ],
    [
      'more experts chosen than there are',
      changed('llama, experts', { 'llama.expert_used_count': ['u32', 5] }),
      'expert_used_count is 5; it should be at most the 4 that there are',
    ],
    [
      'fewer experts than there are',
      changed('llama, experts', { 'llama.expert_count': ['u32', 3] }),
      'ffn_gate_inp.weight" in',
    ],
    [
      'products of more experts than there are',
      ggufOfFamily({
        ...goldenGgufs.cases.olmoe!,
        tensors: {
          ...goldenGgufs.cases.olmoe!.tensors,
          'blk.1.ffn_up_exps.weight': [[9, 48, 32], 0, 1],
        },
      }),
      '"blk.1.ffn_up_exps.weight" has 9 experts instead of 8',
    ],
    [
      'another way of choosing experts',
      changed('olmoe', { 'olmoe.expert_gating_func': ['u32', 2] }),
      'expert_gating_func is 2; it should be 1',
    ],
    [
      'shares that are divided',
      changed('olmoe', { 'olmoe.expert_weights_norm': ['bool', true] }),
      'expert_weights_norm is true; it should be false',
    ],
    [
      'experts of another width than the file says',
      changed('olmoe', { 'olmoe.expert_feed_forward_length': ['u32', 40] }),
      'expert_feed_forward_length is 40; it should be 48',
    ],
    [
      'a mixture of experts with shared experts',
      changed('llama, experts', { 'llama.expert_shared_count': ['u32', 1] }),
      'llama.expert_shared_count is 1, which is not known',
    ],
    [
      'a tensor of other experts',
      ggufOfFamily(goldenGgufs.cases['llama, experts']!, {}, [
        floats('blk.0.ffn_gate_shexp.weight', [48, 32], new Float32Array(48 * 32)),
      ]),
      'has the tensor "blk.0.ffn_gate_shexp.weight"',
    ],
    [
      'layers that predict more tokens',
      changed('llama', { 'llama.nextn_predict_layers': ['u32', 1] }),
      'llama.nextn_predict_layers is 1',
    ],
    [
      'attention by distance',
      changed('llama', { 'general.architecture': ['string', 'bloom'] }),
      'ALiBi',
    ],
    [
      'an unknown architecture',
      changed('llama', { 'general.architecture': ['string', 'kraken'] }),
      'is of the architecture "kraken"; supported: llama, qwen2,',
    ],
    [
      'no architecture',
      changed('llama', { 'general.architecture': undefined }),
      'does not give its architecture',
    ],
    [
      'a key that may change the maths',
      changed('llama', { 'llama.attention.temperature_scale': ['f32', 0.1] }),
      'llama.attention.temperature_scale is 0.1',
    ],
    [
      'another scaling',
      changed('llama', { 'llama.rope.scaling.type': ['string', 'dynamic'] }),
      'llama.rope.scaling.type is "dynamic"; it should be "none"',
    ],
    [
      'values of another length',
      changed('llama', { 'llama.attention.value_length': ['u32', 4] }),
      'value_length is 4; it should be that of keys',
    ],
    [
      'heads that differ by layer',
      changed('llama', { 'llama.attention.head_count_kv': ['list', 'u32', [2, 1]] }),
      'head_count_kv differs between layers',
    ],
    [
      'a missing size',
      changed('llama', { 'llama.block_count': undefined }),
      'llama.block_count is missing; it should be a whole number',
    ],
    [
      'a hundred million layers',
      changed('llama', { 'llama.block_count': ['u32', 1e8] }),
      'block_count is 100000000; it should be at most 1024',
    ],
    [
      'more layers than it has',
      changed('llama', { 'llama.block_count': ['u32', 3] }),
      'has no tensor "blk.2.attn_norm.weight"',
    ],
    [
      'fewer layers than it has',
      changed('llama', { 'llama.block_count': ['u32', 1] }),
      'has the tensor "blk.1.attn_norm.weight", which is not known',
    ],
    [
      'another width',
      changed('llama', { 'llama.feed_forward_length': ['u32', 40] }),
      'ffn_gate.weight" in',
    ],
    [
      'a tensor that nothing is known of',
      ggufOfFamily(goldenGgufs.cases.llama!, {}, [
        floats('blk.0.attn_sinks', [4], new Float32Array(4)),
      ]),
      'has the tensor "blk.0.attn_sinks"',
    ],
    [
      'divisors of another length',
      ggufOfFamily(goldenGgufs.cases.llama!, {}, [
        floats('rope_freqs.weight', [3], Float32Array.of(1, 2, 3)),
      ]),
      '"rope_freqs.weight" should hold 4 numbers',
    ],
    [
      'no tensors',
      ggufBytes({
        metadata: {
          'general.architecture': ['string', 'llama'],
          'llama.embedding_length': ['u32', 8],
          'llama.attention.head_count': ['u32', 2],
          'llama.context_length': ['u32', 8],
        },
      }),
      'has no tensor "token_embd.weight"',
    ],
  ])('%s', async (_, bytes, message) => {
    const path = write('refused.gguf', bytes);
    await expect(builtFromGguf(path, options)).rejects.toThrow(path);
    await expect(builtFromGguf(path, options)).rejects.toThrow(message);
  });
});

describe('a list of heads', () => {
  test('may be the same for all layers', async () => {
    const bytes = changed('llama', { 'llama.attention.head_count_kv': ['list', 'u32', [2, 2]] });
    await expect(builtFromGguf(write('lists.gguf', bytes), options)).resolves.toBeDefined();
  });
});

test.each([
  ['gemma2', 46],
  ['gemma3', 62],
])('the largest %s scales attention by its width', (family, layers) => {
  const keys: Record<string, GgufValueToWrite> = {
    'general.architecture': ['string', family],
    [`${family}.block_count`]: ['u32', layers],
    [`${family}.context_length`]: ['u32', 8192],
    [`${family}.embedding_length`]: ['u32', 4608],
    [`${family}.feed_forward_length`]: ['u32', 64],
    [`${family}.attention.head_count`]: ['u32', 32],
    [`${family}.attention.key_length`]: ['u32', 128],
    [`${family}.attention.value_length`]: ['u32', 128],
    [`${family}.attention.layer_norm_rms_epsilon`]: ['f32', 1e-6],
  };
  const tensors = [floats('token_embd.weight', [4, 4608], new Float32Array(4 * 4608))];
  const scaleOf = (change: Record<string, GgufValueToWrite> = {}) => {
    const path = write(`${family}.gguf`, ggufBytes({ metadata: { ...keys, ...change }, tensors }));
    const file = new GgufFile(path);
    const [first] = fromGguf(contentOf(file)).layers;
    file.close();
    return first!.attentionScale;
  };
  expect(scaleOf()).toBeCloseTo(144 ** -0.5, 12);
  expect(scaleOf({ [`${family}.block_count`]: ['u32', 26] })).toBeCloseTo(128 ** -0.5, 12);
});

test('the short table of LongRoPE limits the context, whatever type the file names', async () => {
  for (const type of [undefined, 'linear', 'longrope']) {
    const bytes = changed('phi3', {
      'phi3.context_length': ['u32', 1024],
      'phi3.rope.scaling.original_context_length': ['u32', 256],
      'phi3.rope.scaling.type': type === undefined ? undefined : ['string', type],
    });
    const { architecture } = await builtFromGguf(write('phi3-long.gguf', bytes), options);
    expect(architecture.contextTokens).toBe(256);
    expect(architecture.warnings.join()).toMatch(/limited to 256 tokens/);
  }
});

test('a window of 0 tokens is none', async () => {
  const bytes = changed('phi3', { 'phi3.attention.sliding_window': ['u32', 0] });
  const { architecture } = await builtFromGguf(write('phi4.gguf', bytes), options);
  expect(architecture.layers.map(({ window }) => window)).toEqual([null, null]);
});

test('what Ollama writes of Gemma 3 is read as what the model is, without its part for images', async () => {
  const bytes = ggufOfFamily(
    goldenGgufs.cases.gemma3!,
    {
      'gemma3.rope.freq_base': undefined,
      'gemma3.rope.global.freq_base': ['f32', 1e6],
      'gemma3.rope.local.freq_base': ['f32', 1e4],
      'gemma3.final_logit_softcapping': ['f32', 30],
      'gemma3.vision.block_count': ['u32', 27],
      'gemma3.mm.tokens_per_image': ['u32', 256],
    },
    [floats('v.patch_embedding.weight', [4], new Float32Array(4))],
  );
  const usual = await builtFromGguf(write('usual.gguf', changed('gemma3', {})), options);
  const { architecture } = await builtFromGguf(write('ollama.gguf', bytes), options);
  expect(architecture.layers).toEqual(usual.architecture.layers);
  expect(architecture.head.softcap).toBe(null);
});

test('a token that the table has no row for is one that no text becomes', () => {
  const tokens = [...listed('tokenizer.ggml.tokens'), '<image>'];
  const types = tokens.map((_, id) => (id < 95 ? 1 : 4));
  const bytes = changed('llama', {
    'tokenizer.ggml.tokens': ['list', 'string', tokens],
    'tokenizer.ggml.token_type': ['list', 'i32', types],
  });
  const { tokenizer } = readModelFolder(write('image.gguf', bytes));
  expect(tokenizer.vocabSize).toBe(97);
  expect([95, 96].map(id => tokenizer.isSpecial(id))).toEqual([false, true]);
  expect(tokenizer.encode('<image>').ids).toHaveLength('<image>'.length);
});

test('a Gemma 3 without windows has the cap of its file', async () => {
  const bytes = changed('gemma3', {
    'gemma3.attention.sliding_window': undefined,
    'gemma3.final_logit_softcapping': ['f32', 30],
  });
  const { architecture } = await builtFromGguf(write('capped.gguf', bytes), options);
  expect(architecture.head.softcap).toBe(30);
});

test('a file whose weights cannot be opened has its tokenizer, and says why', async () => {
  const bytes = changed('llama', { 'general.architecture': ['string', 'gpt-oss'] });
  const model = await Model.open(write('tokens.gguf', bytes), 100, null);
  expect(model.info).toMatchObject({ name: 'tokens', scores: false, vocabSize: 96 });
  expect(model.info.scoresMissing).toMatch(
    /tokens\.gguf is of the architecture gpt-oss, a mixture of experts/,
  );
});

describe('a folder with GGUF files', () => {
  const llama = ggufOfFamily(goldenGgufs.cases.llama!);
  const folderOf = (name: string, ...files: string[]) => {
    const folder = join(scratch, name);
    mkdirSync(folder);
    for (const file of files) writeFileSync(join(folder, file), llama);
    return folder;
  };

  test('opens as the only model in it', () => {
    const folder = folderOf('one', 'tiny.gguf', 'mmproj-tiny.gguf', 'tiny.mmproj-Q8_0.gguf');
    expect(readModelFolder(folder)).toMatchObject({
      name: 'tiny',
      path: join(folder, 'tiny.gguf'),
    });
  });

  test('with several is asked which', () => {
    const folder = folderOf('two', 'tiny-Q8_0.gguf', 'tiny-Q4_0.gguf');
    expect(() => readModelFolder(folder)).toThrow(
      'has several GGUF files: tiny-Q4_0.gguf, tiny-Q8_0.gguf. Choose one',
    );
  });

  test('has files without an ending, called by their metadata, whose tokenizer can be compared with', () => {
    const folder = folderOf('blobs');
    const path = join(folder, 'sha256-00');
    const named = { 'general.name': ['string', 'Tiny'] as const };
    writeFileSync(path, ggufOfFamily(goldenGgufs.cases.llama!, named));
    expect(readModelFolder(path).name).toBe('Tiny');
    expect(openTokenizerAt(path).info).toMatchObject({ vocabSize: 96, hasModel: true });
  });
});

describe('the tokens around a text', () => {
  const read = (name: string, change: Change) =>
    readModelFolder(write(`${name}.gguf`, changed('llama', change)));

  test('are those that the file names', () => {
    const folder = read('ends', {
      'tokenizer.ggml.add_bos_token': ['bool', true],
      'tokenizer.ggml.bos_token_id': ['u32', 3],
      'tokenizer.ggml.eos_token_id': ['u32', 4],
      'tokenizer.ggml.eot_token_id': ['u32', 5],
      'tokenizer.ggml.eom_token_id': ['u32', 4],
    });
    expect(folder).toMatchObject({ start: { id: 3, content: '$' }, ends: [4, 5] });
    expect(read('none', {})).toMatchObject({ start: null, ends: [0], fim: undefined });
  });

  test('are those of the tokenscope.json beside the file, where it names some', () => {
    const folder = join(scratch, 'own');
    mkdirSync(folder);
    const path = join(folder, 'tiny.gguf');
    writeFileSync(path, changed('llama', {}));
    const own = (content: object) => {
      writeFileSync(join(folder, 'tokenscope.json'), JSON.stringify(content));
      return readModelFolder(path);
    };
    expect(own({ start: '%', saes: ['sae'] })).toMatchObject({
      start: { id: 4, content: '%' },
      saes: [join(folder, 'sae')],
    });
    expect(() => own({ start: 'none' })).toThrow('"start" is "none", which is not a token');
    expect(() => own({ fim: {} })).toThrow('tokenscope.json: "fim" needs a template');
    expect(() => own({ saes: ['../../etc'] })).toThrow('refers to a file outside');
  });

  test('are not ids that the vocabulary lacks', () => {
    const folder = read('beyond', {
      'tokenizer.ggml.add_bos_token': ['bool', true],
      'tokenizer.ggml.bos_token_id': ['u32', 96],
      'tokenizer.ggml.eos_token_id': ['u32', 4_000_000_000],
    });
    expect(folder).toMatchObject({ start: null, ends: [] });
  });

  test.each(['fim_pre fim_suf fim_mid', 'prefix suffix middle'])(
    'fill in the middle: %s',
    names => {
      const [prefix, suffix, middle] = names
        .split(' ')
        .map(name => `tokenizer.ggml.${name}_token_id`);
      const ids: Change = {
        [prefix!]: ['u32', 1],
        [suffix!]: ['u32', 2],
        [middle!]: ['u32', 3],
        'tokenizer.ggml.fim_pad_token_id': ['u32', 7],
      };
      expect(read('text', ids).fim).toBeUndefined();
      const types = Array.from({ length: 96 }, (_, id) => ([1, 2, 3, 7].includes(id) ? 3 : 1));
      const folder = read('marks', { ...ids, 'tokenizer.ggml.token_type': ['list', 'i32', types] });
      expect(folder.fim).toMatchObject({
        source: 'GGUF',
        templates: { psm: [[1], 'prefix', [2], 'suffix', [3]] },
        ends: [7],
      });
    },
  );
});
