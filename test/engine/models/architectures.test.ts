// Decoders of every family, built here from config.json and safetensors, against transformers (made by
// training/golden/architectures.py).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { families } from '../../../src/engine/models/architecture/families';
import { GOLDEN_SOURCE } from '../../../src/engine/models/sources/built/openBuilt';
import { builtFromCheckpoint } from '../../../src/engine/models/sources/safetensors/safetensorsSource';
import { findSafetensors } from '../../../src/engine/models/sources/safetensors/shards';
import { GraphSession } from '../../../src/engine/onnx/session/graphSession';
import { OpenGraph } from '../../../src/engine/onnx/session/openGraph';
import { goldenArchitectures, writeCheckpoint } from '../../support/checkpoints';
import { golden, models } from '../../support/paths';
import { logitsApart, steeredLogits } from '../../support/steeredLogits';

const TOLERANCE_NATS = 1e-4;
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-architectures-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function openCheckpoint(folder: string): Promise<OpenGraph> {
  const { architecture, built } = builtFromCheckpoint(findSafetensors(folder)!, folder);
  return OpenGraph.open({
    folder,
    onnxPath: join(folder, 'config.json'),
    built,
    contextTokens: architecture.contextTokens,
    hiddenSize: architecture.hiddenSize,
    layers: architecture.layers.length,
  });
}

const cases = Object.entries(goldenArchitectures.cases);

describe.each(cases)('%s', (name, expectedOf) => {
  test(`is as transformers has it within ${TOLERANCE_NATS} nats, and its trees as its paths`, async () => {
    const graph = await openCheckpoint(writeCheckpoint(join(scratch, name), expectedOf));
    const inputs = Uint32Array.from(expectedOf.ids);
    const vocab = graph.report.vocabSize;
    const { signal } = new AbortController();
    const request = { inputs, targets: inputs, from: 0, topK: vocab };
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const scores = await graph.score({ ...request, cancel }, signal, () => {});
    let furthest = 0;
    expectedOf.rows.forEach((row, i) => {
      for (let place = row * vocab; place < (row + 1) * vocab; place++) {
        const expected = expectedOf.logprobs[i]![scores.topIds[place]!]!;
        furthest = Math.max(furthest, Math.abs(scores.topLogprobs[place]! - expected));
      }
    });
    const { report } = graph;
    const tree = report.selfTest.find(row => row.name.startsWith('A tree'));
    console.log(`${name}: ${furthest.toExponential(1)} nats, ${tree?.value} logits`);
    expect(furthest).toBeLessThanOrEqual(TOLERANCE_NATS);
    expect(report.selfTest.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.warnings).toEqual([]);
    expect(report.noTree).toBeUndefined();
    expect(report.hooks.length).toBeGreaterThan(0);
    expect(report.quantization).toBe('none');
    await expectTreesAsPaths(graph, inputs);
    await graph.close();
  });
});

/** Siblings, cousins and a long path, whose tokens reach back beyond any window here. */
async function expectTreesAsPaths(graph: OpenGraph, ids: Uint32Array): Promise<void> {
  const prefix = ids.subarray(0, 11);
  const parents = [-1, 0, 0, 0, 1, 1, 2, 4, 4, 7, 9, 10, 11, 12, 0];
  const nodes = parents.map((parent, i) => ({ parent, token: parent < 0 ? -1 : (5 * i + 3) % 90 }));
  const wanted = nodes.map((_, i) => i);
  const logits = await graph.forwardTree({ prefix, nodes, wanted });
  const vocab = graph.report.vocabSize;
  for (const node of wanted) {
    const path: number[] = [];
    for (let at = node; at > 0; at = nodes[at]!.parent) path.unshift(nodes[at]!.token);
    const alone = Uint32Array.of(...prefix, ...path);
    const root = [{ parent: -1, token: -1 }];
    const expected = await graph.forwardTree({ prefix: alone, nodes: root, wanted: [0] });
    const own = logits.subarray(node * vocab, (node + 1) * vocab);
    const apart = own.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
    expect(apart, `node ${node}`).toBeLessThan(2e-4);
  }
}

test.each([
  'mistral',
  'gemma3_text',
  'smollm3, windows and biases',
  'mixtral, a window and one of two experts, in bfloat16',
  'olmoe',
])('%s in chunks is as in one run, windows across chunks among it', async name => {
  const folder = writeCheckpoint(
    join(scratch, `${name}, in chunks`),
    cases.find(([each]) => each === name)![1],
  );
  const { architecture, built } = builtFromCheckpoint(findSafetensors(folder)!, folder);
  const file = { folder, onnxPath: join(folder, 'config.json'), built };
  const inputs = Uint32Array.from({ length: 150 }, (_, i) => (i * i + 5 * i) % 96);
  const targets = Uint32Array.of(...inputs.subarray(1), 7);
  const graph = await openCheckpoint(folder);
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const request = { inputs, targets, from: 0, topK: 1, cancel };
  const chunked = await graph.score(request, new AbortController().signal, () => {});
  await graph.close();
  const session = await GraphSession.open(file, { layers: architecture.layers.length });
  const past = session.emptyKeyValues;
  const { scores } = await session.run({ ids: inputs, past, firstRow: 0, targets, topK: 1 });
  await session.release();
  const apart = scores.logprobs.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - chunked.logprobs[i]!)),
    0,
  );
  expect(apart).toBeLessThan(2e-5);
});

test.each(['mistral', 'gemma3_text', 'smollm3, windows and biases', 'llama', 'olmoe'])(
  '%s draws the same tokens for a seed by itself and beside others',
  async name => {
    const golden = goldenArchitectures.cases[name]!;
    const graph = await openCheckpoint(writeCheckpoint(join(scratch, `${name}, drawn`), golden));
    const draw = (seeds: Uint32Array) =>
      graph.sample({
        prefix: Uint32Array.from(golden.ids.slice(0, 9)),
        seeds,
        maxTokens: 14,
        ends: [],
        vocabSize: graph.report.vocabSize,
        temperature: 3,
        topP: 1,
        cancel: new Int32Array(new SharedArrayBuffer(4)),
      });
    const together = await draw(Uint32Array.from({ length: 12 }, (_, seed) => seed));
    const differing: number[] = [];
    for (const [seed, tokens] of together.entries()) {
      const [alone] = await draw(Uint32Array.of(seed));
      if (alone!.join() !== tokens.join()) differing.push(seed);
    }
    // A batch is rounded otherwise on some processors: a draw close to a border may give the next token.
    expect(differing.length, `seeds ${differing.join()} of 12`).toBeLessThanOrEqual(1);
    await graph.close();
  },
);

test('the built-in model, trained and by its own checkpoint, is as PyTorch has it', async () => {
  interface Scored {
    readonly start: number;
    readonly texts: Record<string, { ids: number[]; logprob: number[] }>;
  }
  const scored = JSON.parse(readFileSync(join(golden, 'scores.json'), 'utf8')) as Scored;
  const [{ ids, logprob }] = Object.values(scored.texts) as [Scored['texts'][string]];
  const graph = await openCheckpoint(join(models, 'coder'));
  const targets = Uint32Array.from(ids.slice(0, 1000));
  const inputs = Uint32Array.of(scored.start, ...targets.subarray(0, 999));
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const request = { inputs, targets, from: 0, topK: 1, cancel };
  const scores = await graph.score(request, new AbortController().signal, () => {});
  const apart = scores.logprobs.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - logprob[i]!)),
    0,
  );
  expect(apart).toBeLessThan(TOLERANCE_NATS);
  await graph.close();
});

/** Hooks beside the residual stream: attention and MLP of parallel blocks cannot be told apart. */
test.each([
  ['llama', ['hook_attn_out', 'attn.hook_z', 'hook_mlp_out', 'mlp.hook_in', 'hook_resid_mid']],
  ['gpt2', ['hook_attn_out', 'attn.hook_z', 'hook_mlp_out', 'mlp.hook_in', 'hook_resid_mid']],
  ['granite', ['hook_resid_mid', 'mlp.hook_in']],
  ['gemma2', ['hook_attn_out', 'hook_mlp_out', 'mlp.hook_in']],
  ['qwen2, YaRN, in bfloat16', ['hook_attn_out', 'attn.hook_z', 'hook_mlp_out', 'mlp.hook_in']],
  ['phi', ['hook_resid_pre', 'hook_resid_post']],
  ['mixtral', ['hook_attn_out', 'attn.hook_z', 'hook_mlp_out', 'mlp.hook_in', 'hook_resid_mid']],
  ['olmoe', ['hook_attn_out', 'attn.hook_z', 'hook_mlp_out', 'mlp.hook_in', 'hook_resid_post']],
])('%s is steered at its hooks', async (name, hooks) => {
  const folder = writeCheckpoint(
    join(scratch, `${name}, steered`),
    goldenArchitectures.cases[name]!,
  );
  const { architecture, built } = builtFromCheckpoint(findSafetensors(folder)!, folder);
  const file = { folder, onnxPath: join(folder, 'config.json'), built };
  const { layers, hiddenSize: width } = architecture;
  const logitsOf = (hook?: string, steer?: number) =>
    steeredLogits(file, layers.length, hook, { width, steer });
  const plain = await logitsOf();
  for (const hook of hooks.map(each => `blocks.1.${each}`)) {
    expect(logitsApart(await logitsOf(hook), plain), hook).toBeLessThan(1e-4);
    expect(logitsApart(await logitsOf(hook, 0.5), plain), hook).toBeGreaterThan(1e-3);
  }
});

test('every family has a golden of its name, made by the library that reports name', () => {
  const covered = new Set(cases.map(([, { config }]) => config.model_type));
  expect([...families.keys()].filter(family => !covered.has(family))).toEqual([]);
  expect(goldenArchitectures.by).toBe(GOLDEN_SOURCE);
});
