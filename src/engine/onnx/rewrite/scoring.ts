// Computes scores inside the graph, so that a row of logits (a vocabulary of floats) never leaves the runtime:
//   logprob = x_t - max - log Z,  Z = Σ exp(x - max)
//   entropy = log Z - Σ exp(x - max)·(x - max) / Z
//   varentropy = Σ exp(x - max)·(x - max)² / Z - (Σ exp(x - max)·(x - max) / Z)²
//   rank    = 1 + how many x > x_t
// and the k most likely tokens. An `If` gates the scores, and a `Gather` before the last matrix product drops rows that
// are not wanted, so that unscored prefill computes neither scores nor logits.
import {
  BOOL,
  FLOAT,
  GraphError,
  INT64,
  type Graph,
  type GraphNode,
  type Initializer,
  type OnnxModel,
  type ValueInfo,
} from '../graph/graph';
import { findLmHead } from './lmHead';
import { intAttribute } from '../graph/readGraph';
import { makeInitializer, makeNode } from '../graph/writeGraph';

export const SCORING = {
  /** bool [1]; required, because the Node binding ignores what is fed to an input with a default. */
  enabled: 'tokenscope.enabled',
  /** int64 [n]: which positions of this run get logits and, if enabled, scores. */
  rows: 'tokenscope.rows',
  /** int64 [n]: the token to score at each of them. */
  targets: 'tokenscope.targets',
  /** int64 [1], from 1 to the vocabulary's size. */
  topK: 'tokenscope.top_k',
  /** float [1, n, 1], nats. */
  logprobs: 'tokenscope.logprobs',
  /** float [1, n, 1], nats. */
  entropies: 'tokenscope.entropies',
  /** float [1, n, 1], nats². */
  varentropies: 'tokenscope.varentropies',
  /** float [1, n, 1], whole numbers. */
  ranks: 'tokenscope.ranks',
  /** int64 [1, n, k] and float [1, n, k], nats. */
  topIds: 'tokenscope.top_ids',
  topLogprobs: 'tokenscope.top_logprobs',
  /** float [1, n, vocabulary]: the logits of the rows. */
  logits: 'tokenscope.logits',
  /** bool [1]: whether `rowLogprobs` are computed. */
  normalised: 'tokenscope.normalised',
  /** float [1, n, vocabulary], nats: the log-probability of each next token after the rows. */
  rowLogprobs: 'tokenscope.row_logprobs',
} as const;

/** The outputs that say how targets look. */
export const SCORES = [
  SCORING.logprobs,
  SCORING.entropies,
  SCORING.varentropies,
  SCORING.ranks,
  SCORING.topIds,
  SCORING.topLogprobs,
] as const;

export const MIN_OPSET = 11;

/** The version of the standard operators. Throws `GraphError` if it is too old to be rewritten. */
export function opsetOf(model: OnnxModel): number {
  const opset = model.opsets.get('');
  if (opset === undefined) throw new GraphError('names no version of the standard operators');
  if (opset < MIN_OPSET)
    throw new GraphError(`uses opset ${opset}; export it with opset ${MIN_OPSET} or later`);
  return opset;
}

/** Adds inputs and outputs of `SCORING` to the model, in place. */
export function addScoring(model: OnnxModel, logits: ValueInfo): void {
  const opset = opsetOf(model);
  const { graph } = model;
  graph.inputs.push(
    { name: SCORING.enabled, elementType: BOOL, shape: [1] },
    { name: SCORING.rows, elementType: INT64, shape: ['tokenscope.row_count'] },
    { name: SCORING.targets, elementType: INT64, shape: ['tokenscope.row_count'] },
    { name: SCORING.topK, elementType: INT64, shape: [1] },
    { name: SCORING.normalised, elementType: BOOL, shape: [1] },
  );
  const gather = (input: string, output: string, axis = 1) =>
    makeNode('Gather', [input, SCORING.rows], [output], { axis: { int: axis } });

  // Intermediate shapes that the exporter recorded are wrong once rows are dropped.
  graph.rest = graph.rest.filter(field => (field[0] ?? 0) !== 13 * 8 + 2);
  graph.outputs = graph.outputs.filter(({ name }) => name !== logits.name);
  const head = findLmHead(graph, logits.name);
  let rows = logits.name;
  if (head === undefined) {
    rows = 'tokenscope.logit_rows';
    graph.nodes.push(gather(logits.name, rows));
  } else {
    const { product, tokenAxis, reshape } = head;
    const [hidden = ''] = product.inputs;
    const chosen = 'tokenscope.hidden_rows';
    graph.nodes.splice(graph.nodes.indexOf(product), 0, gather(hidden, chosen, tokenAxis));
    product.inputs[0] = chosen;
    if (reshape) {
      // Its own shape is that of all rows.
      const shape = int64Tensor('tokenscope.logits_shape', [
        1,
        -1,
        vocabOf(graph, product, logits),
      ]);
      graph.initializers.push(shape);
      reshape.inputs[1] = shape.name;
    }
  }
  // A cast from float to float would copy the logits, because it is an output.
  if (logits.elementType === FLOAT) rename(graph, rows, SCORING.logits);
  else graph.nodes.push(makeNode('Cast', [rows], [SCORING.logits], { to: { int: FLOAT } }));
  graph.nodes.push(
    makeNode('If', [SCORING.enabled], [...SCORES], {
      then_branch: { graph: scores(opset), name: 'tokenscope.scores' },
      else_branch: { graph: nothing(), name: 'tokenscope.nothing' },
    }),
    makeNode('If', [SCORING.normalised], [SCORING.rowLogprobs], {
      then_branch: { graph: normalised(opset), name: 'tokenscope.logprobs_of_rows' },
      else_branch: { graph: noRows(), name: 'tokenscope.no_rows' },
    }),
  );
  for (const name of [SCORING.logits, SCORING.rowLogprobs, ...SCORES])
    graph.outputs.push({ name, elementType: 0, shape: undefined });
}

/** By the logits' own shape, else by the weights of the product. Throws `GraphError` if neither says it. */
function vocabOf(graph: Graph, product: GraphNode, { shape }: ValueInfo): number {
  const declared = shape?.at(-1);
  if (typeof declared === 'number' && declared > 0) return declared;
  const weights = graph.initializers.find(({ name }) => name === product.inputs[1]);
  const size = weights?.dims.at(intAttribute(product, 'transB', 0) === 0 ? 1 : 0);
  if (size === undefined) throw new GraphError('does not say how many logits it has');
  return size;
}

function rename(graph: Graph, from: string, to: string): void {
  const renamed = (name: string) => (name === from ? to : name);
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map(renamed);
    node.outputs = node.outputs.map(renamed);
  }
}

function scores(opset: number): Graph {
  const axes = int64Tensor('axes', [-1]);
  const reduceSum = (input: string, output: string) =>
    opset >= 13
      ? makeNode('ReduceSum', [input, 'axes'], [output])
      : makeNode('ReduceSum', [input], [output], { axes: { ints: [-1] } });
  const last = { axis: { int: -1 } };
  const x = SCORING.logits;
  const nodes = [
    makeNode('TopK', [x, SCORING.topK], ['top', 'top_ids'], last),
    makeNode('Gather', ['top', 'first'], ['max'], last),
    makeNode('Sub', [x, 'max'], ['unbounded']),
    // A model may exclude tokens with -inf, and 0 · -inf would make the entropy NaN.
    makeNode('Max', ['unbounded', 'floor'], ['z']),
    makeNode('Exp', ['z'], ['e']),
    reduceSum('e', 'sum'),
    makeNode('Log', ['sum'], ['log_sum']),
    makeNode('Mul', ['e', 'z'], ['ez']),
    reduceSum('ez', 'ez_sum'),
    makeNode('Div', ['ez_sum', 'sum'], ['z_mean']),
    makeNode('Sub', ['log_sum', 'z_mean'], ['entropy']),
    makeNode('Mul', ['ez', 'z'], ['ezz']),
    reduceSum('ezz', 'ezz_sum'),
    makeNode('Div', ['ezz_sum', 'sum'], ['zz_mean']),
    makeNode('Mul', ['z_mean', 'z_mean'], ['z_mean_square']),
    makeNode('Sub', ['zz_mean', 'z_mean_square'], ['variance']),
    // Rounding may make it slightly negative.
    makeNode('Max', ['variance', 'zero'], ['varentropy']),
    makeNode('Reshape', [SCORING.targets, 'column'], ['t']),
    makeNode('GatherElements', [x, 't'], ['x_t'], last),
    makeNode('Sub', ['x_t', 'max'], ['z_t']),
    makeNode('Sub', ['z_t', 'log_sum'], ['logprob']),
    makeNode('Greater', [x, 'x_t'], ['above']),
    // Sums of floats are seven times as fast as those of integers, and exact below 2^24.
    makeNode('Cast', ['above'], ['above_one'], { to: { int: FLOAT } }),
    reduceSum('above_one', 'above_count'),
    makeNode('Add', ['above_count', 'one'], ['rank']),
    makeNode('Sub', ['top', 'max'], ['z_top']),
    makeNode('Sub', ['z_top', 'log_sum'], ['top_logprob']),
  ];
  return {
    nodes,
    initializers: [
      axes,
      int64Tensor('first', [0]),
      int64Tensor('column', [1, -1, 1]),
      makeInitializer('floor', FLOAT, [], Float32Array.of(-1e30)),
      makeInitializer('one', FLOAT, [], Float32Array.of(1)),
      makeInitializer('zero', FLOAT, [], Float32Array.of(0)),
    ],
    inputs: [],
    outputs: branchOutputs(['logprob', 'entropy', 'varentropy', 'rank', 'top_ids', 'top_logprob']),
    rest: [],
  };
}

/** Before opset 13 the axis was the first of all that are normalised together: the last one is the same in both. */
function normalised(opset: number): Graph {
  const axis = { axis: { int: opset >= 13 ? -1 : 2 } };
  return {
    nodes: [makeNode('LogSoftmax', [SCORING.logits], ['row_logprobs'], axis)],
    initializers: [],
    inputs: [],
    outputs: branchOutputs(['row_logprobs']),
    rest: [],
  };
}

function noRows(): Graph {
  return {
    nodes: [empty('no_row_logprobs', FLOAT)],
    initializers: [],
    inputs: [],
    outputs: branchOutputs(['no_row_logprobs']),
    rest: [],
  };
}

function empty(output: string, elementType: number): GraphNode {
  return makeNode('Constant', [], [output], {
    value: { tensor: makeInitializer('', elementType, [1, 0, 1], new Uint8Array(0)).bytes },
  });
}

function nothing(): Graph {
  const names = [
    'no_logprob',
    'no_entropy',
    'no_varentropy',
    'no_rank',
    'no_top_ids',
    'no_top_logprob',
  ];
  const types = [FLOAT, FLOAT, FLOAT, FLOAT, INT64, FLOAT];
  return {
    nodes: names.map((name, i) => empty(name, types[i] ?? FLOAT)),
    initializers: [],
    inputs: [],
    outputs: branchOutputs(names),
    rest: [],
  };
}

function branchOutputs(names: string[]): ValueInfo[] {
  return names.map(name => ({ name, elementType: 0, shape: undefined }));
}

function int64Tensor(name: string, values: number[]): Initializer {
  return makeInitializer(name, INT64, [values.length], BigInt64Array.from(values.map(BigInt)));
}
