// A tree of tokens in one run of a graph, against a run for each of its paths; and graphs that cannot run trees.
import fc from 'fast-check';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Cancelled } from '../../../../src/core/errors';
import { INT64, FLOAT, type Graph, type GraphNode } from '../../../../src/engine/onnx/graph/graph';
import { parseModel } from '../../../../src/engine/onnx/graph/readGraph';
import {
  makeInitializer,
  makeNode,
  writeModel,
} from '../../../../src/engine/onnx/graph/writeGraph';
import { GraphSession } from '../../../../src/engine/onnx/session/graphSession';
import { OpenGraph } from '../../../../src/engine/onnx/session/openGraph';
import { writeDecoder, type DecoderOptions } from '../../../support/graphs';
import { seedOr } from '../../../support/seed';
import { shared } from '../../../support/shared';

const VOCAB = 97;

let folder: string;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-tree-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens a decoder, after an optional change of its graph. */
function open(options: DecoderOptions, change?: (graph: Graph) => void): Promise<OpenGraph> {
  const own = join(folder, String(count++));
  const onnxPath = writeDecoder(own, options);
  if (change) {
    const model = parseModel(readFileSync(onnxPath));
    change(model.graph);
    writeFileSync(onnxPath, writeModel(model));
  }
  const { layers = 2 } = options;
  return OpenGraph.open({ folder: own, onnxPath, layers, hiddenSize: 32 });
}

const graphs: [string, DecoderOptions][] = [
  ['MatMul and Softmax', { kvHeads: 2 }],
  ['GroupQueryAttention', { attention: 'gqa', kvHeads: 2 }],
  ['a window of 4 tokens in all layers', { windows: [4, 4] }],
  ['windows of 1 and 6 tokens and none', { windows: [1, 6, 0], layers: 3 }],
  ['rotation inside of attention', { attention: 'gqa', heads: 2, kvHeads: 1, rotary: true }],
  ['a window of 4 tokens inside of attention', { attention: 'gqa', kvHeads: 2, windows: [4, 0] }],
  [
    'rotation and windows of 1 and 5 tokens',
    { attention: 'gqa', heads: 2, kvHeads: 2, rotary: true, windows: [1, 5] },
  ],
  ['weights of 4 bits', { fourBits: true }],
  ['no place for a tree, token by token', { float16: true }],
];

test.each(graphs)('any tree in a graph with %s has the logits of its paths', async (_, options) => {
  const graph = await open(options);
  expect(graph.report.noTree).toBe(options.float16 ? 'it computes in float16' : undefined);
  const token = fc.nat(VOCAB - 1);
  const trees = fc
    .array(fc.record({ above: fc.nat(), token }), { maxLength: 30 })
    .map(grown => [
      { parent: -1, token: -1 },
      ...grown.map(({ above, token }, i) => ({ parent: above % (i + 1), token })),
    ]);
  const prefixes = fc.array(token, { minLength: 1, maxLength: 150 });
  await fc.assert(
    fc.asyncProperty(prefixes, trees, fc.infiniteStream(fc.nat()), async (ids, nodes, picks) => {
      const prefix = Uint32Array.from(ids);
      const wanted = [...nodes.keys()].filter(() => picks.next().value! % 3 > 0);
      const together = await graph.forwardTree({ prefix, nodes, wanted });
      for (const [row, node] of wanted.entries()) {
        const path: number[] = [];
        for (let at = node; at > 0; at = nodes[at]!.parent) path.unshift(nodes[at]!.token);
        const alone = await graph.forwardTree({
          prefix: Uint32Array.of(...prefix, ...path),
          nodes: nodes.slice(0, 1),
          wanted: [0],
        });
        const ofTree = together.subarray(row * VOCAB, (row + 1) * VOCAB);
        const furthest = alone.reduce((most, x, i) => Math.max(most, Math.abs(x - ofTree[i]!)), 0);
        expect(furthest).toBeLessThan(options.float16 ? 2e-2 : 1e-4);
      }
    }),
    { numRuns: 25, seed: seedOr(3) },
  );
  await graph.close();
});

test('a tree of more nodes than a run holds is several runs', async () => {
  const graph = await open({});
  const nodes = Array.from({ length: 300 }, (_, i) => ({
    parent: i === 0 ? -1 : i < 100 ? i - 1 : 0,
    token: i === 0 ? -1 : i % VOCAB,
  }));
  const prefix = Uint32Array.of(1, 2, 3);
  const all = await graph.forwardTree({ prefix, nodes, wanted: [...nodes.keys()] });
  const last = await graph.forwardTree({ prefix, nodes, wanted: [99] });
  const ofAll = all.subarray(99 * VOCAB, 100 * VOCAB);
  expect(Math.max(...last.map((x, i) => Math.abs(x - ofAll[i]!)))).toBeLessThan(1e-4);
  await graph.close();
});

test('a cancel inside a long prefix ends it with the chunk that runs', async () => {
  const graph = await open({ context: 2048 });
  const prefix = Uint32Array.from({ length: 2000 }, (_, i) => i % VOCAB);
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const { run } = GraphSession.prototype;
  let runs = 0;
  const watched = vi.spyOn(GraphSession.prototype, 'run');
  watched.mockImplementation(function (this: GraphSession, params) {
    if (++runs === 3) Atomics.store(cancel, 0, 1);
    return run.call(this, params);
  });
  const request = { prefix, nodes: [{ parent: -1, token: -1 }], wanted: [0] };
  await expect(graph.forwardTree({ ...request, cancel })).rejects.toThrow(Cancelled);
  expect(runs).toBe(3);
  watched.mockRestore();
  await graph.close();
});
const HIDES_MORE = 'its mask does more than hide what is later or before a window';

test('a window longer than what is measured of a mask is not missed', async () => {
  const own = join(folder, String(count++));
  // Of a mask 8192 tokens are looked at, in which this window hides nothing.
  const window = 8195;
  const onnxPath = writeDecoder(own, { windows: [window, window], context: 9000, heads: 1 });
  const graph = await OpenGraph.open({ folder: own, onnxPath, contextTokens: 9000, layers: 2 });
  expect(graph.report.noTree).toBeUndefined();
  const prefix = Uint32Array.from({ length: 8600 }, (_, i) => (i * 31 + (i >> 5)) % VOCAB);
  const nodes = [-1, 0, 0].map((parent, i) => ({ parent, token: parent < 0 ? -1 : 10 + i }));
  const tree = await graph.forwardTree({ prefix, nodes, wanted: [1, 2] });
  const path = { prefix: Uint32Array.of(...prefix, 12), nodes: nodes.slice(0, 1), wanted: [0] };
  const alone = await graph.forwardTree(path);
  expect(Math.max(...alone.map((x, i) => Math.abs(x - tree[VOCAB + i]!)))).toBeLessThan(1e-4);
  await graph.close();
});

/** The Add before each Softmax. */
function masked(graph: Graph): GraphNode[] {
  const sums = graph.nodes.filter(({ opType }) => opType === 'Softmax').map(node => node.inputs[0]);
  return graph.nodes.filter(({ outputs }) => sums.includes(outputs[0]));
}

test('a graph with a layer that sees what comes later keeps its own attention', async () => {
  const graph = await open({}, graph => {
    const [first] = masked(graph);
    graph.initializers.push(makeInitializer('zero', FLOAT, [], Float32Array.of(0)));
    graph.nodes.splice(
      graph.nodes.indexOf(first!),
      0,
      makeNode('Mul', [first!.inputs[1]!, 'zero'], ['open']),
    );
    first!.inputs[1] = 'open';
  });
  expect(graph.report.noTree).toBe(HIDES_MORE);
  await graph.close();
});

test('a graph whose positions are those of rows keeps its own attention', async () => {
  const graph = await open({}, graph => {
    const lookup = graph.nodes.find(({ inputs }) => inputs[1] === 'position_ids')!;
    graph.initializers.push(makeInitializer('last', INT64, [], BigInt64Array.of(1n)));
    const at = graph.nodes.indexOf(lookup);
    graph.nodes.splice(
      at,
      0,
      makeNode('CumSum', ['attention_mask', 'last'], ['counted']),
      makeNode('Shape', ['input_ids'], ['own']),
      makeNode('Shape', ['attention_mask'], ['all']),
      makeNode('Sub', ['all', 'own'], ['before']),
      makeNode('Slice', ['counted', 'before', 'all'], ['rows_from_one']),
      makeNode('Sub', ['rows_from_one', 'last'], ['rows']),
    );
    lookup.inputs[1] = 'rows';
  });
  expect(graph.report.noTree).toMatch(/^its logits differ by [\d.]+ from those of separate runs$/);
  expect(graph.report.warnings).toEqual([]);
  await graph.close();
});

test('a graph with a layer whose mask is not found keeps its own attention', async () => {
  const graph = await open({}, graph => {
    const [first] = masked(graph);
    const [sum] = first!.outputs;
    const softmax = graph.nodes.find(({ inputs }) => inputs[0] === sum)!;
    softmax.inputs[0] = 'copied';
    graph.nodes.splice(graph.nodes.indexOf(softmax), 0, makeNode('Identity', [sum!], ['copied']));
  });
  expect(graph.report.noTree).toBe('not every layer adds a mask to its products');
  await graph.close();
});

test('a graph whose mask does more than hide tokens keeps its own attention', async () => {
  const graph = await open({}, graph => {
    const [first] = masked(graph);
    const mask = first!.inputs[1]!;
    graph.initializers.push(
      makeInitializer('slope', FLOAT, [], Float32Array.of(0.5)),
      makeInitializer('axis', INT64, [], BigInt64Array.of(1n)),
    );
    // Like ALiBi: keys further to the right have more weight.
    graph.nodes.splice(
      graph.nodes.indexOf(first!),
      0,
      makeNode('Cast', ['attention_mask'], ['ones'], { to: { int: FLOAT } }),
      makeNode('CumSum', ['ones', 'axis'], ['columns']),
      makeNode('Mul', ['columns', 'slope'], ['slopes']),
      makeNode('Add', [mask, 'slopes'], ['sloped']),
    );
    for (const add of masked(graph)) add.inputs[1] = 'sloped';
  });
  expect(graph.report.noTree).toBe(HIDES_MORE);
  expect(graph.report.warnings).toEqual([]);
  await graph.close();
});

const gpt2 = join(shared, 'models/tiny-random-gpt2');
test.skipIf(!existsSync(gpt2))("transformers.js' fused attention takes no tree", async () => {
  const onnxPath = join(gpt2, 'past.onnx');
  const graph = await OpenGraph.open({ folder: gpt2, onnxPath });
  expect(graph.report.noTree).toBe('its Attention operator takes no mask of a tree');
  await graph.close();
});
