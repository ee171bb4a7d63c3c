// Graphs that no exporter writes: each is refused in a line, or followed in time that grows with its nodes.
import { describe, expect, test } from 'vitest';
import { checkConstantShapes } from '../../../../src/engine/onnx/graph/constantShapes';
import { externalFields } from '../../../../src/engine/onnx/graph/externalise';
import {
  checkAcyclic,
  FLOAT,
  GraphError,
  INT64,
  type Graph,
  type GraphNode,
  type OnnxModel,
} from '../../../../src/engine/onnx/graph/graph';
import { checkNestedTensors } from '../../../../src/engine/onnx/graph/nestedTensors';
import { parseModel } from '../../../../src/engine/onnx/graph/readGraph';
import {
  makeInitializer,
  makeNode,
  writeModel,
} from '../../../../src/engine/onnx/graph/writeGraph';
import { hookTensor } from '../../../../src/engine/onnx/rewrite/hookPoints';
import { findLmHead } from '../../../../src/engine/onnx/rewrite/lmHead';
import { findResiduals } from '../../../../src/engine/onnx/rewrite/residuals';
import { unembeddingModel } from '../../../../src/engine/onnx/rewrite/unembedding';

const LOGITS = { name: 'logits', elementType: 1, shape: undefined };

const NODES = 60_000;

function graphOf(nodes: GraphNode[], initializers: Graph['initializers'] = []): Graph {
  const info = (name: string) => ({ name, elementType: INT64, shape: [1, 'tokens'] });
  return { nodes, initializers, inputs: [info('ids')], outputs: [info('logits')], rest: [] };
}

const table = makeInitializer('table', FLOAT, [2, 1], new Float32Array(2));
const embedding = makeNode('Gather', ['table', 'ids'], ['x0']);

describe('nodes in a circle', () => {
  test('are refused', () => {
    const circle = [makeNode('Cast', ['b'], ['a']), makeNode('Add', ['a', 'ids'], ['b'])];
    expect(() => checkAcyclic(graphOf(circle))).toThrow(GraphError);
    expect(() => checkAcyclic(graphOf([makeNode('Cast', ['a'], ['a'])]))).toThrow(/circle/);
  });

  test('are not seen in a graph whose nodes are out of order, or read a tensor twice', () => {
    const nodes = [
      makeNode('Add', ['y', 'y'], ['logits']),
      makeNode('Mul', ['x0', 'x0'], ['y']),
      embedding,
    ];
    expect(() => checkAcyclic(graphOf(nodes, [table]))).not.toThrow();
  });
});

test('a tensor of half a million dimensions is read', () => {
  const sizes = Array.from({ length: 500_000 }, () => 1);
  const graph = graphOf([embedding], [makeInitializer('table', FLOAT, sizes, new Float32Array(1))]);
  const bytes = writeModel({ graph, opsets: new Map([['', 17]]), rest: [] });
  expect(parseModel(bytes).graph.initializers[0]!.dims.length).toBe(sizes.length);
});

test('a stream of 60,000 fused additions, all read by one kind of node, is followed', () => {
  const nodes = [embedding];
  for (let i = 0; i < NODES; i++) {
    nodes.push(makeNode('MatMul', [`x${i}`, 'table'], [`y${i}`]));
    nodes.push(
      makeNode(
        'SkipSimplifiedLayerNormalization',
        [`x${i}`, `y${i}`, 'table'],
        [`n${i}`, '', '', `x${i + 1}`],
      ),
    );
  }
  nodes.push(makeNode('MatMul', [`n${NODES - 1}`, 'table'], ['logits']));
  const graph = graphOf(nodes, [table]);
  const { hooks } = findResiduals(graph, 'ids', NODES);
  expect(hooks).toHaveLength(2 * NODES);
  const model: OnnxModel = { graph, opsets: new Map([['', 14]]), rest: [] };
  expect(unembeddingModel(model, hooks.at(-1)!.tensor, LOGITS)).toBeDefined();
});

test('weights that are computed in 60,000 diamonds are told from what is computed of the ids', () => {
  const nodes = [embedding];
  for (let i = 0; i < NODES; i++) {
    const before = i === 0 ? 'table' : `w${i - 1}`;
    nodes.push(makeNode('Add', [before, before], [`w${i}`]));
  }
  const head = makeNode('MatMul', ['x0', `w${NODES - 1}`], ['product']);
  nodes.push(head, makeNode('Cast', ['product'], ['logits']));
  expect(findLmHead(graphOf(nodes, [table]), 'logits')?.product).toBe(head);
});

test('a hook is looked for among 60,000 tensors that are computed from the stream', () => {
  const nodes = [embedding, makeNode('Add', ['x0', 'a'], ['x1'])];
  for (let i = 0; i < NODES; i++) {
    nodes.push(makeNode('Relu', [i === 0 ? 'x1' : `r${i - 1}`], [`r${i}`]));
  }
  nodes.push(makeNode('MatMul', [`r${NODES - 1}`, 'table'], ['m']));
  nodes.push(makeNode('Add', ['x1', 'm'], ['x2']));
  const residuals = ['pre', 'mid', 'post'].map((name, i) => ({
    hook: `blocks.0.hook_resid_${name}`,
    tensor: `x${i}`,
  }));
  const graph = graphOf(nodes, [table]);
  expect(hookTensor(graph, residuals, 'blocks.0.mlp.hook_in')).toBe(`r${NODES - 1}`);
});

describe('external data that is not an initializer', () => {
  const elsewhere = externalFields({ location: '../../secret', offset: 0, length: 8 });
  const constant = () => makeNode('Constant', [], ['c'], { value: { tensor: elsewhere } });
  const checked = (graph: Graph) => {
    const model = { graph, opsets: new Map([['', 14]]), rest: [] };
    checkNestedTensors(parseModel(writeModel(model)));
  };

  test('is refused in a constant, and in a graph inside an attribute', () => {
    expect(() => checked(graphOf([constant()]))).toThrow(/secret/);
    const branch = { graph: graphOf([constant()]), name: 'then' };
    const choice = makeNode('If', ['c'], ['logits'], { then_branch: branch });
    expect(() => checked(graphOf([choice]))).toThrow(/secret/);
  });

  test('is refused in an initializer of a graph inside an attribute', () => {
    const tensor = { name: 'w', dims: [2], elementType: FLOAT, bytes: elsewhere };
    const branch = { graph: graphOf([], [tensor]), name: 'then' };
    const choice = makeNode('If', ['c'], ['logits'], { then_branch: branch });
    expect(() => checked(graphOf([choice]))).toThrow(GraphError);
  });

  test('is left to the weights in an initializer of the graph', () => {
    const tensor = { name: 'w', dims: [2], elementType: FLOAT, bytes: elsewhere };
    expect(() => checked(graphOf([embedding], [tensor]))).not.toThrow();
  });
});

describe('a constant that asks for a tensor of 2^32 numbers', () => {
  const huge = makeInitializer('shape', INT64, [2], BigInt64Array.of(65536n, 65536n));
  const small = makeInitializer('shape', INT64, [2], BigInt64Array.of(4n, -1n));

  test.each([
    ['ConstantOfShape', ['shape']],
    ['Expand', ['ids', 'shape']],
    ['Tile', ['ids', 'shape']],
  ])('is refused by the name of its operator: %s', (opType, inputs) => {
    const node = makeNode(opType, inputs, ['logits']);
    expect(() => checkConstantShapes(graphOf([node], [huge]))).toThrow(
      new RegExp(`4294967296 numbers.*${opType}`),
    );
    expect(() => checkConstantShapes(graphOf([node], [small]))).not.toThrow();
  });

  test('is refused where a node holds it, and as a range', () => {
    const shape = makeNode('Constant', [], ['c'], { value: { tensor: huge.bytes } });
    const node = makeNode('ConstantOfShape', ['c'], ['logits']);
    expect(() => checkConstantShapes(graphOf([shape, node]))).toThrow(/ConstantOfShape/);
    const ends = [0n, 2n ** 32n, 1n].map((value, i) =>
      makeInitializer(`r${i}`, INT64, [], BigInt64Array.of(value)),
    );
    const range = makeNode('Range', ['r0', 'r1', 'r2'], ['logits']);
    expect(() => checkConstantShapes(graphOf([range], ends))).toThrow(/Range/);
  });
});
