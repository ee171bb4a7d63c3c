// Folders with config.json and safetensors: opened as any other model, or refused in one line that names what is wrong.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { Document } from '../../../src/engine/documents/document';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { builtFromCheckpoint } from '../../../src/engine/models/sources/safetensors/safetensorsSource';
import { openBuilt } from '../../../src/engine/models/sources/built/openBuilt';
import { findSafetensors, readShards } from '../../../src/engine/models/sources/safetensors/shards';
import { StoredWeights } from '../../../src/engine/models/sources/safetensors/storedWeights';
import { decoderGraph } from '../../../src/engine/onnx/build/decoderGraph';
import { instrumentGraph } from '../../../src/engine/onnx/session/instrumentedGraph';
import { OpenGraph } from '../../../src/engine/onnx/session/openGraph';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { sessionOptions } from '../../../src/engine/onnx/session/sessionOptions';
import {
  goldenArchitecture,
  withVocabulary,
  writeCheckpoint,
  writeSafetensors,
  type GoldenArchitecture,
  type TensorToWrite,
} from '../../support/checkpoints';
import { nextBytes } from '../../../src/engine/scoring/nextBytes';
import { bundleEngine } from '../../support/engineBundle';
import { fakeBackend } from '../../support/fakeBackend';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-checkpoints-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;
const fresh = () => join(scratch, String(++count));
const llama = goldenArchitecture('llama');

/** A checkpoint's log-probabilities of the golden's rows, token by token. */
async function logprobsOf(
  folder: string,
  golden: GoldenArchitecture,
  other?: Uint8Array,
): Promise<number[][]> {
  const { architecture, ...own } = builtFromCheckpoint(findSafetensors(folder)!, folder);
  const built = other ?? own.built;
  const { contextTokens, layers } = architecture;
  const onnxPath = join(folder, 'config.json');
  const graph = await OpenGraph.open({
    folder,
    onnxPath,
    built,
    contextTokens,
    layers: layers.length,
  });
  try {
    const inputs = Uint32Array.from(golden.ids);
    const topK = graph.report.vocabSize;
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const request = { inputs, targets: inputs, from: 0, topK, cancel };
    const scores = await graph.score(request, new AbortController().signal, () => {});
    return golden.rows.map(row => {
      const logprobs = new Array<number>(topK);
      for (let i = row * topK; i < (row + 1) * topK; i++)
        logprobs[scores.topIds[i]!] = scores.topLogprobs[i]!;
      return logprobs;
    });
  } finally {
    await graph.close();
  }
}

function furthest(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return a.flat().reduce((most, x, i) => Math.max(most, Math.abs(x - b.flat()[i]!)), 0);
}

test.each([
  ['llama', false],
  ['qwen2, YaRN, in bfloat16', true],
])('weights in half precision are cast in runs where float32 is too large: %s', (name, casts) => {
  const folder = writeCheckpoint(fresh(), goldenArchitecture(name));
  const { built } = builtFromCheckpoint(findSafetensors(folder)!, folder);
  const graph = instrumentGraph({ onnxPath: join(folder, 'config.json'), folder, built });
  expect(sessionOptions(graph, undefined, 0).enableCpuMemArena).toBe(!casts);
  expect(sessionOptions(graph).enableCpuMemArena).toBe(true);
});

/** As converters to GGUF order the rows of queries and keys: pairs that are turned together are neighbours. */
function asNeighbours({ name, ...tensor }: TensorToWrite): TensorToWrite {
  if (!/\.[qk]_proj\.weight$/.test(name)) return { name, ...tensor };
  const [rows = 0, width = 0] = tensor.shape;
  const from = new Float32Array(tensor.data.buffer);
  const to = new Float32Array(from.length);
  const size = 8;
  for (let row = 0; row < rows; row++) {
    const [head, place] = [Math.floor(row / size), row % size];
    const source = head * size + (place % 2) * (size / 2) + (place >> 1);
    to.set(from.subarray(source * width, (source + 1) * width), row * width);
  }
  return { name, ...tensor, data: new Uint8Array(to.buffer) };
}

test('neighbours are turned as halves are', async () => {
  const folder = writeCheckpoint(fresh(), llama, tensors => tensors.map(asNeighbours));
  const path = findSafetensors(folder)!;
  const { architecture } = builtFromCheckpoint(path, folder);
  const layers = architecture.layers.map(layer => ({
    ...layer,
    rotary: { ...layer.rotary!, pairs: 'neighbours' as const },
  }));
  const turned = { ...architecture, layers };
  const built = decoderGraph(turned, new StoredWeights(turned, readShards(path), path));
  expect(furthest(await logprobsOf(folder, llama, built), llama.logprobs)).toBeLessThan(1e-4);
  expect(furthest(await logprobsOf(folder, llama), llama.logprobs)).toBeGreaterThan(0.1);
});

test('a folder is opened with its tokenizer, scores, has trees and features, and its report names the golden', async () => {
  const folder = writeModelFolder(fresh(), { graph: false });
  writeCheckpoint(folder, withVocabulary(llama, BYTE_VOCAB));
  const runtime = join(await bundleEngine(), 'runtime.js');
  const model = await Model.open(folder, 2048, () => new RuntimeClient(runtime));
  try {
    expect(model.info).toMatchObject({ scores: true, contextTokens: 64, warnings: [] });
    const { backend } = await model.report();
    const facts = new Map(backend!.facts);
    expect(facts.get('Architecture')).toMatch(
      /^llama; golden of the family: "llama" of transformers 5/,
    );
    expect(facts.get('Weights from')).toBe(`${join(folder, 'model.safetensors')} (F32)`);
    expect(facts.get('Graph')).toMatch(/^built here; .*config\.json: \d+ nodes/);
    expect(backend!.hooks).toEqual(
      [0, 1].flatMap(i => ['pre', 'mid', 'post'].map(at => `blocks.${i}.hook_resid_${at}`)),
    );
    const ids = model.tokenizer.encode('Ab 12').ids;
    const rows = await model.asTokenModel().rows([...ids], [{ parent: -1, token: -1 }], [0]);
    const { logprobs } = await model.request(open =>
      open.score({
        inputs: Uint32Array.of(256, ...ids),
        targets: Uint32Array.of(...ids, 65),
        from: 0,
        topK: 1,
      }),
    );
    expect(rows[0]![65]).toBeCloseTo(logprobs.at(-1)!, 4);
    // Its graph would run on: nothing in it ends with the positions that it was trained for.
    const long = new Array<number>(64).fill(65);
    const beyond = model.asTokenModel().rows(long, [{ parent: -1, token: -1 }], [0]);
    await expect(beyond).rejects.toThrow(/has a context of 64 tokens, and this needs 65/);
  } finally {
    model.dispose();
  }
});

describe('a token above the table', () => {
  const TEXT = 'Ab 12';
  const open = async (more: object[] = [], own?: object, generation: object = {}) => {
    const folder = writeModelFolder(fresh(), { graph: false });
    writeCheckpoint(folder, withVocabulary(llama, BYTE_VOCAB));
    const path = join(folder, 'tokenizer.json');
    const json = JSON.parse(readFileSync(path, 'utf8'));
    json.added_tokens.push(...more);
    writeFileSync(path, JSON.stringify(json));
    if (own) writeFileSync(join(folder, 'tokenscope.json'), JSON.stringify(own));
    writeFileSync(join(folder, 'generation_config.json'), JSON.stringify(generation));
    const runtime = join(await bundleEngine(), 'runtime.js');
    return Model.open(folder, 2048, () => new RuntimeClient(runtime));
  };
  const image = { id: BYTE_VOCAB, content: '<image>', special: true };

  test('that is special changes nothing, and is refused by its number', async () => {
    const [plain, model] = [await open(), await open([image])];
    expect(model.tokenizer.vocabSize).toBe(BYTE_VOCAB + 1);
    try {
      const { signal } = new AbortController();
      const all = await Promise.all(
        [plain, model].map(async each => {
          const bytes = new TextEncoder().encode(TEXT);
          const tokens = new Document('', 0, TEXT).streamBy(each.tokenizer).tokens();
          const rule = { temperature: 2, topP: 1, seeds: Uint32Array.of(1, 2, 3), maxTokens: 40 };
          const next = await nextBytes(each, { bytes, tokens }, bytes.length, 'e2');
          return [
            await each.logprobsOf(tokens.ids, 0, signal),
            next.exact,
            await each.sample([...tokens.ids], rule, signal),
          ];
        }),
      );
      expect(all[1]).toEqual(all[0]);
      const ids = Uint32Array.of(65, BYTE_VOCAB);
      const refused = /The model has no token 257: its vocabulary has 257\./;
      await expect(model.logprobsOf(ids, 0, signal)).rejects.toThrow(refused);
      const rows = model.asTokenModel().rows([...ids], [{ parent: -1, token: -1 }], [0]);
      await expect(rows).rejects.toThrow(refused);
    } finally {
      plain.dispose();
      model.dispose();
    }
  });

  test('that is a mark or an end is as if the tokenizer did not have it', async () => {
    const names = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|endoftext|>'];
    const more = names.map((content, i) => ({ id: BYTE_VOCAB + i, content, special: true }));
    const model = await open(more, undefined, { eos_token_id: BYTE_VOCAB + 3 });
    try {
      expect(model.tokenizer.idOf('<|fim_middle|>')).toBe(BYTE_VOCAB + 2);
      expect(model.fim).toBeUndefined();
      expect(() => model.checkEnds()).toThrow(/has no end-of-text token/);
    } finally {
      model.dispose();
    }
  });

  test.each<[string, Parameters<typeof open>]>([
    ['that a text may have', [[{ ...image, special: false }]]],
    ['that begins every text', [[image], { start: '<image>' }]],
  ])('%s is one too many', async (_, files) => {
    const refused = /does not fit the model: it has 258 tokens, the model's output 257/;
    await expect(open(...files)).rejects.toThrow(refused);
  });
});

/** As transformers 5 keeps experts in memory: [experts, outputs, inputs], gates and ups of one after the other. */
function together(tensors: TensorToWrite[]): TensorToWrite[] {
  const experts = new Map<string, TensorToWrite[]>();
  const others = tensors.filter(tensor => {
    const [, layer, expert, role] =
      /^(.*)\.(?:block_sparse_moe|mlp)\.experts\.(\d+)\.(\w+)\./.exec(tensor.name) ?? [];
    if (layer === undefined) return true;
    const isDown = role === 'w2' || role === 'down_proj';
    const name = `${layer}.mlp.experts.${isDown ? 'down_proj' : 'gate_up_proj'}`;
    const isUp = role === 'w3' || role === 'up_proj';
    const all = experts.get(name) ?? [];
    all[isDown ? Number(expert) : 2 * Number(expert) + Number(isUp)] = tensor;
    experts.set(name, all);
    return false;
  });
  const joined = [...experts].map(([name, parts]) => {
    const [outputs = 0, inputs = 0] = parts[0]!.shape;
    const perExpert = name.endsWith('down_proj') ? outputs : 2 * outputs;
    const shape = [(parts.length * outputs) / perExpert, perExpert, inputs];
    return { ...parts[0]!, name, shape, data: Buffer.concat(parts.map(({ data }) => data)) };
  });
  const renamed = others.map(tensor => ({
    ...tensor,
    name: tensor.name.replace('.block_sparse_moe.', '.mlp.'),
  }));
  return [...renamed, ...joined];
}

test.each(['mixtral', 'olmoe', 'mixtral, a window and one of two experts, in bfloat16'])(
  'experts that are kept in one tensor are those that are kept apart: %s',
  async name => {
    const golden = goldenArchitecture(name);
    const folder = writeCheckpoint(fresh(), golden, together);
    const names = [...readShards(findSafetensors(folder)!).keys()];
    expect(names.filter(each => each.includes('experts'))).toHaveLength(4);
    const apart = await logprobsOf(writeCheckpoint(fresh(), golden), golden);
    expect(furthest(await logprobsOf(folder, golden), apart)).toBe(0);
  },
);

describe('other names for the same', () => {
  const gemma = goldenArchitecture('gemma3_text');
  const renamed = (to: (name: string) => string) => (tensors: TensorToWrite[]) => [
    ...tensors.map(tensor => ({ ...tensor, name: to(tensor.name) })),
    { name: 'vision_tower.a', dtype: 'F32', shape: [1], data: new Uint8Array(4) },
  ];
  const text = gemma.config;
  const nested = {
    ...gemma,
    config: {
      model_type: 'gemma3',
      text_config: text,
      vision_config: { hidden_size: 4 },
      mm_tokens_per_image: 256,
    },
  };

  test.each([
    ['before', (name: string) => `language_model.${name}`],
    ['now', (name: string) => name.replace(/^model\./, 'model.language_model.')],
  ])('the language model of text and images, as it is saved %s', async (_, to) => {
    const folder = writeCheckpoint(fresh(), nested, renamed(to));
    expect(furthest(await logprobsOf(folder, gemma), gemma.logprobs)).toBeLessThan(1e-4);
  });

  test('a body that is saved alone uses its table of tokens as its head, and says so', async () => {
    const bare = (tensors: TensorToWrite[]) =>
      tensors
        .filter(({ name }) => name !== 'lm_head.weight')
        .map(tensor => ({ ...tensor, name: tensor.name.replace(/^model\./, '') }));
    const folder = writeCheckpoint(fresh(), llama, bare);
    const { architecture } = builtFromCheckpoint(findSafetensors(folder)!, folder);
    expect(architecture.head.tied).toBe(true);
    expect(architecture.warnings).toEqual([expect.stringMatching(/have no LM head/)]);
    const tied = { ...llama, config: { ...llama.config, tie_word_embeddings: true } };
    const other = writeCheckpoint(fresh(), tied);
    expect(furthest(await logprobsOf(folder, llama), await logprobsOf(other, llama))).toBe(0);
  });
});

describe('beside ONNX exports', () => {
  const folderWith = (golden: GoldenArchitecture, ...files: string[]) => {
    const folder = writeModelFolder(fresh(), { graph: false });
    writeCheckpoint(folder, golden);
    mkdirSync(join(folder, 'onnx'));
    for (const file of files) writeFileSync(join(folder, 'onnx', file), 'a graph');
    return folder;
  };
  const opened = (folder: string, dtype?: string) => {
    const { weights } = readModelFolder(folder, dtype);
    return [basename(weights!.path), weights!.dtype];
  };

  test('the better numbers win, and the report says why', async () => {
    const golden = withVocabulary(llama, BYTE_VOCAB);
    const folder = folderWith(golden, 'model_quantized.onnx', 'model_q4.onnx');
    expect(opened(folder)).toEqual(['model.safetensors', 'fp32']);
    const model = new Model(readModelFolder(folder), fakeBackend(BYTE_VOCAB), 64);
    expect(model.info.name).toBe(basename(folder));
    expect((await model.report()).backend!.facts[0]).toEqual([
      'Dtype',
      'fp32, built from model.safetensors, because model_q4.onnx (q4) has other numbers; other exports in the folder: q4, q8 (setting tokenscope.model.dtype)',
    ]);
    // Chosen by its dtype or as a file.
    expect(opened(folder, 'q8')).toEqual(['model_quantized.onnx', 'q8']);
    expect(opened(join(folder, 'onnx', 'model_q4.onnx'))).toEqual(['model_q4.onnx', 'q4']);
    expect(readModelFolder(folder, 'fp16').warnings).toEqual([
      expect.stringMatching(/no fp16 export, so fp32 is open\. Other exports: q4, q8/),
    ]);
    expect(opened(folderWith(golden, 'model.onnx'))).toEqual(['model.onnx', 'fp32']);
  });

  test('a checkpoint that cannot be built from is no better', () => {
    const golden = { ...llama, config: { ...llama.config, num_hidden_layers: 1 } };
    expect(opened(folderWith(golden, 'model_q4.onnx'))).toEqual(['model_q4.onnx', 'q4']);
  });
});

test('tensors at odd places are read', async () => {
  const folder = writeCheckpoint(fresh(), llama);
  const path = join(folder, 'model.safetensors');
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE());
  bytes.writeBigUInt64LE(BigInt(length + 3));
  const parts = [bytes.subarray(0, 8 + length), Buffer.from('   '), bytes.subarray(8 + length)];
  writeFileSync(path, Buffer.concat(parts));
  expect(furthest(await logprobsOf(folder, llama), llama.logprobs)).toBeLessThan(1e-4);
});

describe('refused in one line', () => {
  const refusal = (folder: string): string => {
    try {
      builtFromCheckpoint(findSafetensors(folder)!, folder);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      const { message } = error as Error;
      expect(message).not.toMatch(/\n|undefined|\[object/);
      return message;
    }
    return 'opened';
  };
  const withKeys = (keys: object, golden = llama) => ({
    ...golden,
    config: { ...golden.config, ...keys },
  });

  test.each<[string, object, RegExp]>([
    [
      'another family',
      { model_type: 'mamba' },
      /"model_type": "mamba", which is not supported; supported: llama,/,
    ],
    [
      'experts that all tokens share',
      { model_type: 'qwen2_moe' },
      /"qwen2_moe", a mixture of experts with shared experts, which is not supported; supported: llama,/,
    ],
    [
      'other experts',
      { model_type: 'gpt_oss' },
      /"gpt_oss", a mixture of experts of another family/,
    ],
    ['no family', { model_type: undefined }, /"model_type": missing/],
    [
      'a key that is not known',
      { use_magic: true },
      /config\.json has "use_magic": true, which is not known/,
    ],
    ['a key of another family', { attn_logit_softcapping: 50 }, /"attn_logit_softcapping": 50/],
    ['GPTQ', { quantization_config: { quant_method: 'gptq', bits: 4 } }, /are quantized \(GPTQ\)/],
    ['bitsandbytes', { quantization_config: { quant_method: 'bitsandbytes' } }, /\(bitsandbytes\)/],
    [
      'a width that is none',
      { hidden_size: '32' },
      /"hidden_size": "32"; it should be a whole number/,
    ],
    ['a thousand million blocks', { num_hidden_layers: 1e9 }, /from 1 to 1000/],
    ['a head of millions', { head_dim: 5e6 }, /"head_dim": 5000000/],
    ['heads that cannot be shared', { num_key_value_heads: 3 }, /a divisor of 4 heads/],
    [
      'another activation',
      { hidden_act: 'xielu' },
      /"hidden_act": "xielu"; it should be one of silu/,
    ],
    [
      'another rotation',
      { rope_parameters: { rope_type: 'ntk' } },
      /"rope_type": "ntk"; it should be one of default/,
    ],
    [
      'a key of the rotation',
      { rope_parameters: { rope_type: 'linear', factor: 2, magic: 1 } },
      /in "rope_parameters" has "magic": 1/,
    ],
    [
      'a rotation without its factor',
      { rope_parameters: { rope_type: 'linear' } },
      /has no "factor"/,
    ],
    [
      'a width that the weights have not',
      { intermediate_size: 64 },
      /gate_proj\.weight" in .*model\.safetensors has the shape 48 × 32, and .* needs 64 × 32/,
    ],
    [
      'more blocks than there are',
      { num_hidden_layers: 3 },
      /has no "model\.layers\.2\.input_layernorm\.weight"/,
    ],
    [
      'fewer blocks than there are',
      { num_hidden_layers: 1 },
      /has "model\.layers\.1\.[a-z_.]+", which its config\.json does not account for/,
    ],
    [
      'biases that are not there',
      { attention_bias: true },
      /has no "model\.layers\.0\.self_attn\.q_proj\.bias"/,
    ],
  ])('%s', (_, keys, message) => {
    expect(refusal(writeCheckpoint(fresh(), withKeys(keys)))).toMatch(message);
  });

  test('names of a million characters are cut', () => {
    const name = 'k'.repeat(1e6);
    expect(refusal(writeCheckpoint(fresh(), withKeys({ [name]: 1 }))).length).toBeLessThan(500);
    const longer = (all: TensorToWrite[]) => [...all, { ...all[1]!, name }];
    expect(refusal(writeCheckpoint(fresh(), llama, longer)).length).toBeLessThan(500);
  });

  const mixtral = goldenArchitecture('mixtral');
  test.each<[string, object, RegExp]>([
    [
      'more experts than there are',
      { num_local_experts: 5 },
      /block_sparse_moe\.gate\.weight" in .* has the shape 4 × 32, and .* needs 5 × 32/,
    ],
    [
      'more chosen than there are',
      { num_experts_per_tok: 5 },
      /"num_experts_per_tok": 5; it should be a whole number from 1 to 4/,
    ],
    [
      'experts of another width',
      { intermediate_size: 64 },
      /experts\.0\.w1\.weight" in .* has the shape 48 × 32/,
    ],
    [
      'experts that all tokens share',
      { shared_expert_intermediate_size: 48 },
      /"shared_expert_intermediate_size": 48, which is not known/,
    ],
  ])('of a mixture of experts: %s', (_, keys, message) => {
    expect(refusal(writeCheckpoint(fresh(), withKeys(keys, mixtral)))).toMatch(message);
  });

  test('an expert that is missing, and one that all tokens share', () => {
    const without = (all: TensorToWrite[]) =>
      all.filter(({ name }) => !name.includes('1.block_sparse_moe.experts.3.w2'));
    expect(refusal(writeCheckpoint(fresh(), mixtral, without))).toMatch(
      /has no "model\.layers\.1\.block_sparse_moe\.experts\.3\.w2\.weight"/,
    );
    const name = 'model.layers.0.block_sparse_moe.shared_expert.w1.weight';
    const shared = (all: TensorToWrite[]) => [...all, { ...all[1]!, name }];
    expect(refusal(writeCheckpoint(fresh(), mixtral, shared))).toMatch(
      /shared_expert\.w1\.weight", which its config\.json does not account for/,
    );
  });

  test('layers of a kind that is not known', () => {
    const golden = withKeys(
      { layer_types: ['full_attention', 'linear_attention', 'full_attention'] },
      goldenArchitecture('qwen2'),
    );
    expect(refusal(writeCheckpoint(fresh(), golden))).toMatch(/"layer_types": "linear_attention"/);
  });

  const first =
    (change: (tensor: TensorToWrite) => TensorToWrite) => (tensors: TensorToWrite[]) => [
      change(tensors[0]!),
      ...tensors.slice(1),
    ];
  test.each<[string, (tensors: TensorToWrite[]) => TensorToWrite[], RegExp]>([
    [
      '8-bit floats',
      first(one => ({
        ...one,
        dtype: 'F8_E4M3',
        data: one.data.subarray((one.data.length / 4) * 3),
      })),
      /is of type "F8_E4M3"; supported are F32, F16 and BF16/,
    ],
    [
      'packed weights',
      first(one => ({ ...one, name: one.name.replace('weight', 'qweight') })),
      /has quantized weights \("lm_head\.qweight"\), which are not supported/,
    ],
    [
      'a bias that nobody speaks of',
      all => [...all, { ...all[1]!, name: 'model.layers.0.self_attn.q_proj.bias' }],
      /has "model\.layers\.0\.self_attn\.q_proj\.bias"/,
    ],
    [
      'a tensor shorter than its shape',
      first(one => ({ ...one, data: one.data.subarray(4) })),
      /"lm_head\.weight" does not fit into it/,
    ],
  ])('%s', (_, change, message) => {
    expect(refusal(writeCheckpoint(fresh(), llama, change))).toMatch(message);
  });

  const header = (json: string, length = json.length) => {
    const bytes = Buffer.alloc(8 + json.length);
    bytes.writeBigUInt64LE(BigInt(length));
    bytes.write(json, 8);
    return bytes;
  };
  test.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /its header does not fit into it/],
    ['a header beyond the end', header('{}', 1e6), /its header does not fit into it/],
    [
      'a header of 2^63 bytes',
      Buffer.from('ffffffffffffff7f7b7d', 'hex'),
      /its header does not fit/,
    ],
    ['a header of words', header('hello'), /its header is not JSON/],
    ['a list', header('[]'), /its header is not a JSON object/],
    ['a tensor of nothing', header('{"a":1}'), /"a" has no type, shape or place/],
    [
      'a place before the start',
      header('{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}'),
      /no type, shape or place/,
    ],
    [
      'a tensor beyond the end',
      header('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'),
      /"a" does not fit into it/,
    ],
    [
      '2^80 numbers',
      header('{"a":{"dtype":"F32","shape":[1099511627776,1099511627776],"data_offsets":[0,4]}}'),
      /no type, shape or place/,
    ],
    [
      'a pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n'),
      /is a Git LFS pointer.*git lfs pull/,
    ],
  ])('a file that holds %s', (_, bytes, message) => {
    const folder = writeCheckpoint(fresh(), llama);
    writeFileSync(join(folder, 'model.safetensors'), bytes);
    expect(refusal(folder)).toMatch(message);
  });

  test('a file that is cut short', () => {
    const folder = writeCheckpoint(fresh(), llama);
    const path = join(folder, 'model.safetensors');
    truncateSync(path, readFileSync(path).length - 1);
    expect(refusal(folder)).toMatch(
      /is not a complete safetensors file: ".+" does not fit into it\. Download it again/,
    );
  });

  describe('shards', () => {
    const golden = { ...llama, shards: 2 };
    const index = 'model.safetensors.index.json';
    const [one, two] = [1, 2].map(i => `model-0000${i}-of-00002.safetensors`);
    const withIndex = (change: (map: Record<string, unknown>) => unknown) => {
      const folder = writeCheckpoint(fresh(), golden);
      const { weight_map } = JSON.parse(readFileSync(join(folder, index), 'utf8')) as {
        weight_map: Record<string, unknown>;
      };
      writeFileSync(join(folder, index), JSON.stringify({ weight_map: change(weight_map) }));
      return folder;
    };

    test('one that is missing is named', () => {
      const folder = writeCheckpoint(fresh(), golden);
      rmSync(join(folder, two!));
      expect(refusal(folder)).toMatch(new RegExp(`File not found: .*${two}`));
    });

    test.each<[string, (map: Record<string, unknown>) => unknown, RegExp]>([
      ['a map that is none', () => [], /has no "weight_map"/],
      [
        'a file outside of the folder',
        map => ({ ...map, x: '../x' }),
        /refers to a file outside of the model's folder: \.\.\/x/,
      ],
      ['a number in place of a file', map => ({ ...map, x: 3 }), /has 3 in its "weight_map"/],
      [
        'a tensor where it is not',
        map => ({ ...map, x: one }),
        /says that "x" is in .*, where it is not/,
      ],
    ])('%s', (_, change, message) => {
      expect(refusal(withIndex(change))).toMatch(message);
    });

    test('a tensor in two of them', () => {
      const folder = writeCheckpoint(fresh(), golden);
      const data = new Uint8Array(4);
      const again = { name: 'model.norm.weight', dtype: 'F32', shape: [1], data };
      writeSafetensors(join(folder, one!), [again]);
      writeSafetensors(join(folder, two!), [again]);
      expect(refusal(folder)).toMatch(/"model\.norm\.weight" is both in .* and in /);
    });
  });

  test('more weights than memory, with both numbers', async () => {
    const folder = writeCheckpoint(fresh(), llama);
    const from = findSafetensors(folder)!;
    const model = { ...builtFromCheckpoint(from, folder), folder, path: folder, from };
    const opened = openBuilt(model, () => expect.fail('it is not opened'), model.weightBytes - 1);
    await expect(opened).rejects.toThrow(/has 0\.0 GB of weights, and this machine has 0\.0 GB/);
  });

  test.each([
    ['pytorch_model.bin', /its weights are in pytorch_model\.bin, .*save_pretrained/],
    [
      'adapter_model.safetensors',
      /holds an adapter \(adapter_model\.safetensors\) without its adapter_config\.json/,
    ],
  ])('a folder with %s alone', (name, message) => {
    const folder = writeModelFolder(fresh(), { graph: false });
    writeFileSync(join(folder, name), '');
    expect(readModelFolder(folder).weightsMissing).toMatch(message);
  });

  test('a folder whose weights have no config.json says so', () => {
    const folder = writeModelFolder(fresh(), { graph: false });
    writeCheckpoint(folder, llama);
    rmSync(join(folder, 'config.json'));
    const { weights, weightsMissing } = readModelFolder(folder);
    expect(weights).toBeUndefined();
    expect(weightsMissing).toMatch(/there is no config\.json beside its model\.safetensors$/);
    appendFileSync(join(folder, 'config.json'), '{}');
    expect(readModelFolder(folder).weights).toBeDefined();
  });
});
