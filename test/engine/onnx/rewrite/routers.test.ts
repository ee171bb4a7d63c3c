// Routers of mixtures of experts, found in graphs, and their logits against transformers (made by
// training/golden/architectures.py).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { builtFromCheckpoint } from '../../../../src/engine/models/sources/safetensors/safetensorsSource';
import { findSafetensors } from '../../../../src/engine/models/sources/safetensors/shards';
import { FLOAT, type Graph, type GraphNode } from '../../../../src/engine/onnx/graph/graph';
import { parseModel } from '../../../../src/engine/onnx/graph/readGraph';
import { makeNode, writeModel } from '../../../../src/engine/onnx/graph/writeGraph';
import { findRouters } from '../../../../src/engine/onnx/rewrite/routers';
import { GraphSession } from '../../../../src/engine/onnx/session/graphSession';
import { instrumentGraph } from '../../../../src/engine/onnx/session/instrumentedGraph';
import { goldenArchitectures, writeCheckpoint } from '../../../support/checkpoints';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-routers-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function fileOf(name: string) {
  const folder = writeCheckpoint(join(scratch, name), goldenArchitectures.cases[name]!);
  const { built } = builtFromCheckpoint(findSafetensors(folder)!, folder);
  return { folder, onnxPath: join(folder, 'config.json'), built };
}

/** Without what is chosen. */
const placesIn = (graph: Graph) =>
  findRouters(graph).map(({ layer, tensor }) => ({ layer, tensor }));

const routed = Object.entries(goldenArchitectures.cases).filter(([, { routers }]) => routers);

test('there are goldens with routers', () => {
  expect(routed.map(([name]) => name)).toEqual(expect.arrayContaining(['mixtral', 'olmoe']));
});

describe.each(routed)('%s', (name, golden) => {
  test('gives the logits of its routers as transformers has them within 1e-4', async () => {
    const file = fileOf(name);
    const model = parseModel(file.built);
    const found = findRouters(model.graph);
    expect(found.map(({ layer }) => layer)).toEqual([...golden.routers!.keys()]);
    for (const { tensor } of found)
      model.graph.outputs.push({ name: tensor, elementType: FLOAT, shape: undefined });
    const session = await GraphSession.open({ ...file, built: writeModel(model) });
    const { fetched } = await session.run({
      ids: Uint32Array.from(golden.ids),
      past: session.emptyKeyValues,
      firstRow: 0,
      topK: 1,
      fetch: found.map(({ tensor }) => tensor),
    });
    await session.release();
    const apart = found.map(({ tensor, layer }) => {
      const expected = golden.routers![layer]!.flat();
      const logits = fetched.get(tensor)!;
      expect(logits).toHaveLength(expected.length);
      return logits.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
    });
    console.log(`${name}: routers ${Math.max(...apart).toExponential(1)}`);
    expect(Math.max(...apart)).toBeLessThanOrEqual(1e-4);
  });

  test('has the same routers after all rewriting, whatever its tensors are called', () => {
    const file = fileOf(name);
    const before = placesIn(parseModel(file.built).graph);
    const { graph } = parseModel(
      instrumentGraph(file, undefined, undefined, 'blocks.1.mlp.hook_in').bytes,
    );
    expect(placesIn(graph)).toEqual(before);
    const names = new Map(
      graph.nodes.flatMap(({ outputs }) => outputs).map((tensor, i) => [tensor, `t${i}`]),
    );
    const renamed = (tensor: string) => names.get(tensor) ?? tensor;
    for (const node of graph.nodes) {
      node.inputs = node.inputs.map(renamed);
      node.outputs = node.outputs.map(renamed);
    }
    expect(placesIn(graph)).toEqual(
      before.map(({ layer, tensor }) => ({ layer, tensor: renamed(tensor) })),
    );
  });
});

test('a model without experts has none', () => {
  for (const name of ['llama', 'gpt2', 'gpt_neox'])
    expect(placesIn(parseModel(fileOf(name).built).graph)).toEqual([]);
});

/** Blocks of an attention that reads a cache, and a router where `routers` has its block. */
function graphOf(
  routers: readonly number[],
  change: (nodes: GraphNode[]) => GraphNode[] = nodes => nodes,
): Graph {
  const nodes = [makeNode('Gather', ['table', 'input_ids'], ['x0'])];
  for (const layer of [0, 1, 2]) {
    const past = [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`];
    nodes.push(makeNode('Attention', [`x${layer}`, ...past], [`y${layer}`]));
    if (routers.includes(layer))
      nodes.push(
        makeNode('MatMul', [`y${layer}`, 'w'], [`r${layer}`]),
        makeNode('Softmax', [`r${layer}`], [`p${layer}`]),
        makeNode('TopK', [`p${layer}`, 'k'], [`v${layer}`, `i${layer}`]),
        makeNode('Mul', [`y${layer}`, `v${layer}`], [`x${layer + 1}`]),
      );
    else nodes.push(makeNode('Relu', [`y${layer}`], [`x${layer + 1}`]));
  }
  nodes.push(makeNode('MatMul', ['x3', 'head'], ['logits']));
  const inputs = [0, 1, 2].flatMap(layer =>
    ['key', 'value'].map(part => ({
      name: `past_key_values.${layer}.${part}`,
      elementType: FLOAT,
      shape: [1, 2, 'past', 4],
    })),
  );
  return { nodes: change(nodes), initializers: [], inputs, outputs: [], rest: [] };
}

describe('by wiring', () => {
  test('the layer is the block, although others have no router and nodes are in another order', () => {
    const expected = [0, 2].map(layer => ({ layer, tensor: `r${layer}` }));
    expect(placesIn(graphOf([0, 2]))).toEqual(expected);
    expect(placesIn(graphOf([2], nodes => nodes.toReversed()))).toEqual([expected[1]]);
    expect(placesIn(graphOf([0, 2], nodes => nodes.toReversed()))).toEqual(expected);
  });

  test('lengths of later caches are no part of a block', () => {
    const graph = graphOf([0], nodes => [
      makeNode('Shape', ['past_key_values.2.key'], ['length']),
      ...nodes.map(node =>
        node.opType === 'Attention' ? { ...node, inputs: [...node.inputs, 'length'] } : node,
      ),
    ]);
    expect(placesIn(graph)).toEqual([{ layer: 0, tensor: 'r0' }]);
  });

  test('keys and values in one cache are of one block', () => {
    const graph = graphOf([1]);
    const shape = [2, 1, 2, 'past', 4];
    graph.inputs = graph.inputs
      .filter(({ name }) => name.endsWith('key'))
      .map(input => ({ ...input, shape }));
    expect(placesIn(graph)).toEqual([{ layer: 1, tensor: 'r1' }]);
  });

  test('a bias and a cast between are passed', () => {
    const graph = graphOf([1], nodes =>
      nodes.flatMap(node => {
        if (node.opType === 'Softmax')
          return [
            makeNode('Add', ['r1', 'bias'], ['b1']),
            makeNode('Cast', ['b1'], ['c1']),
            makeNode('Softmax', ['c1'], ['s1']),
            makeNode('Cast', ['s1'], ['p1']),
          ];
        return [node];
      }),
    );
    expect(placesIn(graph)).toEqual([{ layer: 1, tensor: 'c1' }]);
  });

  test('neither the likeliest tokens nor a softmax of other things nor one that nothing is chosen from', () => {
    const more = (nodes: GraphNode[]) => [
      ...nodes,
      makeNode('Softmax', ['logits'], ['shares']),
      makeNode('TopK', ['shares', 'k'], ['most', 'tokens']),
      makeNode('Softmax', ['x1'], ['of_sums']),
      makeNode('TopK', ['of_sums', 'k'], ['a', 'b']),
      makeNode('MatMul', ['a', 'w'], ['unused']),
      makeNode('MatMul', ['x1', 'w'], ['scores']),
      makeNode('Softmax', ['scores'], ['weights']),
      makeNode('MatMul', ['weights', 'x1'], ['mixed']),
    ];
    expect(placesIn(graphOf([], more))).toEqual([]);
    expect(placesIn(graphOf([1], more))).toEqual([{ layer: 1, tensor: 'r1' }]);
  });
});
