// GGUF files of every architecture, built here, against llama.cpp (made by training/golden/gguf_families.py).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Scores } from '../../../src/core/lenses/scores';
import { FAMILIES } from '../../../src/engine/gguf/architecture/families';
import { builtFromGguf, ggufSource } from '../../../src/engine/models/sources/gguf/ggufSource';
import { OpenGraph } from '../../../src/engine/onnx/session/openGraph';
import type { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { goldenArchitecture } from '../../support/checkpoints';
import type { GgufValueToWrite } from '../../support/gguf';
import { ggufOfFamily, goldenGgufs, type GoldenGguf } from '../../support/ggufFamilies';
import { ggufOfCheckpoint } from '../../support/ggufOfCheckpoint';
import { writeLargeGguf } from '../../support/largeGguf';
import { logitsApart, steeredLogits } from '../../support/steeredLogits';

/** llama.cpp has GELU as a table in half precision. */
const TOLERANCE_NATS = { silu: 1e-4, gelu: 3e-2, geluTanh: 3e-2, relu: 1e-4 };
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-gguf-'));
afterAll(() => rmSync(scratch, { recursive: true }));

async function openGguf(name: string, bytes: Uint8Array, packs = false) {
  const path = join(scratch, `${name}.gguf`);
  writeFileSync(path, bytes);
  const { architecture, built } = await builtFromGguf(path, {
    cacheFolder: join(scratch, 'cache'),
    packs,
  });
  const graph = await OpenGraph.open({
    folder: scratch,
    onnxPath: path,
    built,
    contextTokens: architecture.contextTokens,
    hiddenSize: architecture.hiddenSize,
    layers: architecture.layers.length,
  });
  return { architecture, graph };
}

function scoresOf(graph: OpenGraph, ids = goldenGgufs.ids) {
  const inputs = Uint32Array.from(ids);
  const { signal } = new AbortController();
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const request = { inputs, targets: inputs, from: 0, topK: graph.report.vocabSize, cancel };
  return graph.score(request, signal, () => {});
}

/** The largest difference of a log-probability, in nats. */
function furthestFrom(
  { rows, logprobs }: Pick<GoldenGguf, 'rows' | 'logprobs'>,
  { topIds, topLogprobs }: Pick<Scores, 'topIds' | 'topLogprobs'>,
): number {
  let furthest = 0;
  rows.forEach((row, i) => {
    const expected = logprobs[i]!;
    for (let place = row * expected.length; place < (row + 1) * expected.length; place++)
      furthest = Math.max(furthest, Math.abs(topLogprobs[place]! - expected[topIds[place]!]!));
  });
  return furthest;
}

const cases = Object.entries(goldenGgufs.cases);

describe.each(cases)('%s', (name, golden) => {
  const isInBlocks = Object.values(golden.tensors).some(how => how.length === 2);
  test.each(isInBlocks ? [false, true] : [false])(
    'is as llama.cpp has it; in 4 bits: %s',
    async packs => {
      const { architecture, graph } = await openGguf(name, ggufOfFamily(golden), packs);
      expect(graph.report.quantization).toBe(packs ? 'weight-only' : 'none');
      const vocab = graph.report.vocabSize;
      const scores = await scoresOf(graph);
      const furthest = furthestFrom(golden, scores);
      const likeliest = golden.rows.map((row, i) => {
        const expected = golden.logprobs[i]!;
        return expected[scores.topIds[row * vocab]!] === Math.max(...expected);
      });
      console.log(`${name}${packs ? ' in 4 bits' : ''}: ${furthest.toExponential(1)} nats`);
      expect(furthest).toBeLessThanOrEqual(TOLERANCE_NATS[architecture.mlp.activation]);
      expect(likeliest).not.toContain(false);
      expect(graph.report.selfTest.filter(({ passed }) => !passed)).toEqual([]);
      expect(graph.report.noTree).toBeUndefined();
      await graph.close();
    },
  );
});

test.each(['Q4_0', 'Q4_1'])(
  'the input of an MLP is steered where its products stay in 4 bits: %s',
  async type => {
    const { tensors, ...llama } = goldenGgufs.cases.llama!;
    const inBlocks = Object.entries(tensors).map(([name, how]) => {
      return [name, /ffn_(gate|up)/.test(name) ? [how[0], type] : how];
    });
    const path = join(scratch, `steered-${type}.gguf`);
    writeFileSync(path, ggufOfFamily({ ...llama, tensors: Object.fromEntries(inBlocks) }));
    const logitsOf = async (packs: boolean, steer: number) => {
      const options = { cacheFolder: join(scratch, 'cache'), packs };
      const { architecture, built } = await builtFromGguf(path, options);
      const { layers, hiddenSize: width } = architecture;
      const file = { folder: scratch, onnxPath: path, built };
      return steeredLogits(file, layers.length, 'blocks.1.mlp.hook_in', { width, steer });
    };
    const floats = await logitsOf(false, 0.5);
    expect(logitsApart(await logitsOf(true, 0.5), floats)).toBeLessThan(1e-4);
    expect(logitsApart(await logitsOf(true, 0), floats)).toBeGreaterThan(1e-3);
  },
);

/** As the converter of llama.cpp writes them. */
const sizes: Record<string, GgufValueToWrite> = {
  context_length: ['u32', 64],
  embedding_length: ['u32', 32],
  block_count: ['u32', 2],
  feed_forward_length: ['u32', 48],
  'attention.head_count': ['u32', 4],
  'attention.head_count_kv': ['u32', 2],
};
const rms: Record<string, GgufValueToWrite> = { 'attention.layer_norm_rms_epsilon': ['f32', 1e-6] };
const layer: Record<string, GgufValueToWrite> = { 'attention.layer_norm_epsilon': ['f32', 1e-5] };
const heads = (size: number): Record<string, GgufValueToWrite> => ({
  'attention.key_length': ['u32', size],
  'attention.value_length': ['u32', size],
});

// llama.cpp's GELU hides what is below its own error.
describe.each<[string, string, Record<string, GgufValueToWrite>]>([
  ['gemma', 'gemma', { ...rms, ...heads(16), 'attention.head_count_kv': ['u32', 1] }],
  [
    'gemma3_text, the old spelling',
    'gemma3',
    {
      ...rms,
      ...heads(8),
      block_count: ['u32', 4],
      'attention.sliding_window': ['u32', 6],
      'attention.sliding_window_pattern': ['u32', 3],
      'rope.freq_base': ['f32', 1e6],
      'rope.scaling.type': ['string', 'linear'],
      'rope.scaling.factor': ['f32', 8],
    },
  ],
  [
    'gpt2',
    'gpt2',
    { ...layer, feed_forward_length: ['u32', 128], 'attention.head_count_kv': ['u32', 4] },
  ],
  [
    'gpt_neox',
    'gptneox',
    {
      ...layer,
      embedding_length: ['u32', 64],
      'attention.head_count_kv': ['u32', 4],
      'rope.dimension_count': ['u32', 4],
      use_parallel_residual: ['bool', true],
    },
  ],
  [
    'gpt_neox, serial',
    'gptneox',
    {
      ...layer,
      embedding_length: ['u32', 64],
      'attention.head_count_kv': ['u32', 4],
      'rope.dimension_count': ['u32', 8],
      use_parallel_residual: ['bool', false],
    },
  ],
  [
    'starcoder2',
    'starcoder2',
    { ...layer, 'rope.freq_base': ['f32', 1e5], 'attention.sliding_window': ['u32', 6] },
  ],
  ['phi', 'phi2', { ...layer, 'rope.dimension_count': ['u32', 4] }],
])('the checkpoint %s as a GGUF file', (name, architecture, keys) => {
  test('is as transformers has it', async () => {
    const golden = goldenArchitecture(name);
    const bytes = ggufOfCheckpoint(golden, architecture, { ...sizes, ...keys });
    const { graph } = await openGguf(`${name} of a checkpoint`, bytes);
    const furthest = furthestFrom(golden, await scoresOf(graph, golden.ids));
    console.log(`${name}, as a GGUF file: ${furthest.toExponential(1)} nats from transformers`);
    expect(furthest).toBeLessThanOrEqual(1e-4);
    await graph.close();
  });
});

test('rows of products that a file keeps together are those of its 4 bits, too', async () => {
  const { tensors, ...phi3 } = goldenGgufs.cases.phi3!;
  const types = new Map([
    ['attn_qkv', 'Q4_1'],
    ['attn_output', 'Q4_0'],
    ['ffn_up', 'Q4_1'],
  ]);
  const inBlocks = Object.entries(tensors).map(([name, how]) => {
    const type = types.get(name.split('.')[2] ?? '');
    return [name, type ? [how[0], type] : how];
  });
  const bytes = ggufOfFamily({ ...phi3, tensors: Object.fromEntries(inBlocks) });
  const [floats, packed] = await Promise.all(
    [false, true].map(async packs => {
      const { graph } = await openGguf(`phi3-${packs}`, bytes, packs);
      const scores = await scoresOf(graph);
      await graph.close();
      return scores.logprobs;
    }),
  );
  expect(floats!.slice(1).every(each => each < 0)).toBe(true);
  packed!.forEach((each, i) => expect(each).toBeCloseTo(floats![i]!, 4));
});

test('products of experts are those of their 4 bits, too', async () => {
  const { tensors, keys, ...experts } = goldenGgufs.cases['llama, experts']!;
  const wide = { ...keys, feed_forward_length: 64 };
  const inBlocks = Object.entries(tensors).map(([name, [shape, ...how]]) => {
    const sizes = shape.map(size => (size === 48 ? 64 : size));
    return [name, name.includes('_exps') ? [sizes, 'Q4_1'] : [sizes, ...how]];
  });
  const bytes = ggufOfFamily({ ...experts, keys: wide, tensors: Object.fromEntries(inBlocks) });
  const [floats, packed] = await Promise.all(
    [false, true].map(async packs => {
      const { graph } = await openGguf(`experts-${packs}`, bytes, packs);
      expect(graph.report.quantization).toBe(packs ? 'weight-only' : 'none');
      expect(graph.report.noTree).toBeUndefined();
      const scores = await scoresOf(graph);
      await graph.close();
      return scores.logprobs;
    }),
  );
  expect(floats!.slice(1).every(each => each < 0)).toBe(true);
  packed!.forEach((each, i) => expect(each).toBeCloseTo(floats![i]!, 4));
});

test.each([
  ['llama', TOLERANCE_NATS.silu],
  ['gpt2', TOLERANCE_NATS.geluTanh],
  ['gemma', TOLERANCE_NATS.geluTanh],
])('the report says how near a model is to llama.cpp: %s', async (name, nats) => {
  vi.stubEnv('TOKENSCOPE_CACHE', join(scratch, 'cache'));
  const path = join(scratch, `${name}-reported.gguf`);
  writeFileSync(path, ggufOfFamily(goldenGgufs.cases[name]!));
  const opened = { hooks: [], selfTest: [], warnings: [], weightBytes: 0, loadMs: 0, vocabSize: 1 };
  const runtime = { open: () => Promise.resolve(opened) } as unknown as RuntimeClient;
  const { report } = await ggufSource.open(path, scratch, {} as never, () => runtime);
  const facts = new Map(report.facts);
  expect(facts.get('Architecture')).toMatch(
    new RegExp(`^${name}; golden of the family: "${name}"`),
  );
  expect(Number(/within (\S+) nats/.exec(facts.get('Architecture')!)?.[1])).toBe(nats);
  vi.unstubAllEnvs();
});

test('what stays in the file counts against the memory, too, and is refused with both numbers', async () => {
  const path = writeLargeGguf(join(scratch, 'large.gguf'), 3, 'F32');
  const opened = builtFromGguf(path, { cacheFolder: join(scratch, 'cache'), memory: 2e9 });
  await expect(opened).rejects.toThrow(
    /large\.gguf needs 1813 MB of memory, and the limit on this machine is 1500 MB/,
  );
});

test('every architecture has a golden', () => {
  const covered = new Set(cases.map(([, { architecture }]) => architecture));
  expect([...FAMILIES.keys()].filter(family => !covered.has(family))).toEqual([]);
});
