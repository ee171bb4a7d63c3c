// A tiny random Mistral as onnxruntime-genai exports it, against PyTorch in float64 with the same weights (made by
// training/golden/exports.py): a window of four tokens, packed attention that rotates by itself, a cache without sizes.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readModelConfig } from '../../../../src/engine/models/modelConfig';
import { configOfGenai } from '../../../../src/engine/models/genaiConfig';
import { OpenGraph } from '../../../../src/engine/onnx/session/openGraph';
import { golden as goldenFolder } from '../../../support/paths';

interface Golden {
  window: number;
  ids: number[];
  logprobs: number[];
  prefix: number;
  paths: { tokens: number[]; logits: number[] }[];
}

const golden = JSON.parse(readFileSync(join(goldenFolder, 'exports.json'), 'utf8')) as Golden;
const folder = mkdtempSync(join(tmpdir(), 'tokenscope-exports-'));
let graph: OpenGraph;

function open(name: string): Promise<OpenGraph> {
  const { contextTokens, hiddenSize, layers, kvHeads, headSize } = readModelConfig(
    configOfGenai(folder)!,
  );
  return OpenGraph.open({
    folder,
    onnxPath: join(folder, name),
    contextTokens,
    hiddenSize: hiddenSize!,
    layers: layers!,
    kvHeads: kvHeads!,
    headSize: headSize!,
  });
}

async function logprobsOf(opened: OpenGraph): Promise<Float32Array> {
  const ids = Uint32Array.from(golden.ids);
  const request = {
    inputs: ids.slice(0, -1),
    targets: ids.slice(1),
    from: 0,
    topK: 1,
    cancel: new Int32Array(new SharedArrayBuffer(4)),
  };
  return (await opened.score(request, new AbortController().signal, () => {})).logprobs;
}

beforeAll(async () => {
  cpSync(join(goldenFolder, 'exports', 'mistral'), folder, { recursive: true });
  graph = await open('model.onnx');
});
afterAll(async () => {
  await graph.close();
  rmSync(folder, { recursive: true });
});

const furthest = (found: ArrayLike<number>, expected: readonly number[]) =>
  expected.reduce((most, x, i) => Math.max(most, Math.abs(x - found[i]!)), 0);

test('it opens with trees and all of its residual stream', () => {
  expect(graph.report).toMatchObject({
    warnings: [],
    attention: 'GroupQueryAttention',
    vocabSize: 97,
  });
  expect(graph.report.noTree).toBeUndefined();
  expect(graph.report.hooks).toHaveLength(6);
});

test('tokens are scored as PyTorch does, far past the window', async () => {
  const logprobs = await logprobsOf(graph);
  expect(golden.logprobs.length).toBeGreaterThan(4 * golden.window);
  expect(furthest(logprobs, golden.logprobs)).toBeLessThan(1e-5);
});

test.each([
  ['in one run', 1],
  ['after a prefix that was run before', 2],
])(
  'a tree whose branches are longer than the window has the logits of its paths, %s',
  async (_, times) => {
    const nodes = [{ parent: -1, token: -1 }];
    const ends = golden.paths.map(({ tokens }) =>
      tokens.reduce((parent, token) => {
        const known = nodes.findIndex(each => each.parent === parent && each.token === token);
        return known >= 0 ? known : nodes.push({ parent, token }) - 1;
      }, 0),
    );
    expect(nodes.length).toBeLessThan(golden.paths.flatMap(({ tokens }) => tokens).length + 1);
    const prefix = Uint32Array.from(golden.ids.slice(0, golden.prefix));
    const request = { prefix, nodes, wanted: ends };
    let logits = await graph.forwardTree(request);
    for (let i = 1; i < times; i++) logits = await graph.forwardTree(request);
    for (const [i, path] of golden.paths.entries()) {
      const own = logits.subarray(i * 97, (i + 1) * 97);
      expect(furthest(own, path.logits)).toBeLessThan(1e-4);
    }
  },
);

test.each([
  ['throughout', 'model_fp16.onnx'],
  ['with float32 in and out', 'model_fp16_io.onnx'],
])(
  'in half precision %s it opens without a warning, takes no tree, and is as near as that allows',
  async (_, file) => {
    const half = await open(file);
    expect(half.report).toMatchObject({
      isHalf: true,
      noTree: 'it computes in float16',
      warnings: [],
    });
    const apart = furthest(await logprobsOf(half), golden.logprobs);
    expect(apart).toBeGreaterThan(1e-4);
    expect(apart).toBeLessThan(0.05);
    // With keys and values of every length before it, which a run may not take for those of another one.
    const prefix = Uint32Array.from(golden.ids.slice(0, golden.prefix));
    const nodes = [
      { parent: -1, token: -1 },
      { parent: 0, token: 5 },
      { parent: 1, token: 7 },
    ];
    for (let to = 1; to <= prefix.length; to++) {
      const logits = await half.forwardTree({ prefix: prefix.subarray(0, to), nodes, wanted: [2] });
      expect(logits.every(Number.isFinite)).toBe(true);
    }
    await half.close();
  },
);
