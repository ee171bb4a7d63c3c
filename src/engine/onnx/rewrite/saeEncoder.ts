// An autoencoder's encoder as a graph: normalize, multiply, apply the activation and keep the highest features of each
// token, so that a row of all features never leaves the runtime.
import type { Activation, NormKind, Sae } from '../../../core/sae/sae';
import { FLOAT, INT64, type GraphNode, type Initializer } from '../graph/graph';
import { makeInitializer, makeNode, writeModel } from '../graph/writeGraph';
import { varintField } from '../../../core/wire';

export const ENCODER = {
  /** float [tokens, d] */
  x: 'x',
  /** int64 [1]: how many features are returned for each token. */
  limit: 'limit',
  /** float [F]: features that are not above it are off; only for activations by threshold. */
  threshold: 'threshold',
  /** float [tokens, limit], in no order, 0 where off, and int64 [tokens, limit]. */
  values: 'values',
  indices: 'indices',
} as const;

const OPSET = 17;
const IR_VERSION = 8;

type Builder = (part: Part) => void;

interface Part {
  readonly sae: Sae;
  readonly nodes: GraphNode[];
  readonly constants: Initializer[];
}

/** Each reads `ENCODER.x` and writes `normed`. */
const norms: Record<NormKind, Builder> = {
  none: ({ nodes }) => nodes.push(makeNode('Identity', [ENCODER.x], ['normed'])),
  centre({ nodes }) {
    nodes.push(mean(ENCODER.x, 'mean'), makeNode('Sub', [ENCODER.x, 'mean'], ['normed']));
  },
  constantNorm({ nodes, constants, sae }) {
    constants.push(constant('root', [Math.sqrt(sae.width)]));
    nodes.push(
      makeNode('Mul', [ENCODER.x, ENCODER.x], ['squares']),
      makeNode('ReduceSum', ['squares', 'last'], ['square']),
      makeNode('Sqrt', ['square'], ['length']),
      makeNode('Div', ['root', 'length'], ['to_root']),
      makeNode('Mul', [ENCODER.x, 'to_root'], ['normed']),
    );
  },
  layerNorm({ nodes, constants, sae }) {
    constants.push(constant('others', [sae.width - 1]), constant('epsilon', [1e-5]));
    nodes.push(
      mean(ENCODER.x, 'mean'),
      makeNode('Sub', [ENCODER.x, 'mean'], ['centred']),
      makeNode('Mul', ['centred', 'centred'], ['squares']),
      makeNode('ReduceSum', ['squares', 'last'], ['square']),
      makeNode('Div', ['square', 'others'], ['variance']),
      makeNode('Sqrt', ['variance'], ['deviation']),
      makeNode('Add', ['deviation', 'epsilon'], ['divisor']),
      makeNode('Div', ['centred', 'divisor'], ['normed']),
    );
  },
};

/** Each reads `u` and writes `ENCODER.values` and `ENCODER.indices`. */
const activations: Record<Activation['kind'], Builder> = {
  threshold({ nodes }) {
    nodes.push(
      makeNode('Greater', ['u', ENCODER.threshold], ['is_on']),
      makeNode('Where', ['is_on', 'u', 'zero'], ['z']),
      ...highest('z', ENCODER.values),
    );
  },
  topK: ({ nodes }) =>
    nodes.push(...highest('u', 'top'), makeNode('Relu', ['top'], [ENCODER.values])),
  gated({ nodes, constants, sae: { activation } }) {
    if (activation.kind !== 'gated') return;
    const { gate, scale, bias } = activation;
    constants.push(constant('gate', gate), constant('scale', scale), constant('size_bias', bias));
    nodes.push(
      makeNode('Greater', ['u', 'gate'], ['is_on']),
      makeNode('Mul', ['u', 'scale'], ['scaled']),
      makeNode('Add', ['scaled', 'size_bias'], ['size']),
      makeNode('Relu', ['size'], ['positive']),
      makeNode('Where', ['is_on', 'positive', 'zero'], ['z']),
      ...highest('z', ENCODER.values),
    );
  },
  groupMax({ nodes, constants, sae: { activation, features } }) {
    if (activation.kind !== 'groupMax') return;
    const { k } = activation;
    const size = features / k;
    const group = Array.from({ length: features }, (_, f) => Math.floor(f / size));
    constants.push(
      int64('groups', [0, k, size]),
      int64('flat', [0, features]),
      int64('one', [1]),
      makeInitializer('within', INT64, [1, k, size], bigints(group.map((_, f) => f % size))),
    );
    nodes.push(
      makeNode('Reshape', ['u', 'groups'], ['by_group']),
      makeNode('TopK', ['by_group', 'one'], ['best', 'best_at'], { axis: { int: -1 } }),
      makeNode('Equal', ['within', 'best_at'], ['is_best']),
      makeNode('Relu', ['by_group'], ['positive']),
      makeNode('Where', ['is_best', 'positive', 'zero'], ['z_by_group']),
      makeNode('Reshape', ['z_by_group', 'flat'], ['z']),
      ...highest('z', ENCODER.values),
    );
  },
};

/** The bytes of the model, with its weights. */
export function encoderModel(sae: Sae): Uint8Array {
  const { width, features } = sae;
  const nodes: GraphNode[] = [];
  const constants = [
    int64('last', [-1]),
    constant('zero', [0]),
    makeInitializer('encoder', FLOAT, [width, features], sae.encoder),
    makeInitializer('bias', FLOAT, [features], sae.encoderBias),
  ];
  norms[sae.norm]({ sae, nodes, constants });
  if (sae.shift) constants.push(makeInitializer('shift', FLOAT, [width], sae.shift));
  nodes.push(
    sae.shift
      ? makeNode('Sub', ['normed', 'shift'], ['h'])
      : makeNode('Identity', ['normed'], ['h']),
    makeNode('MatMul', ['h', 'encoder'], ['product']),
    makeNode('Add', ['product', 'bias'], ['u']),
  );
  activations[sae.activation.kind]({ sae, nodes, constants });
  const byThreshold = sae.activation.kind === 'threshold';
  return writeModel({
    graph: {
      nodes,
      initializers: constants,
      inputs: [
        { name: ENCODER.x, elementType: FLOAT, shape: ['tokens', width] },
        { name: ENCODER.limit, elementType: INT64, shape: [1] },
        ...(byThreshold
          ? [{ name: ENCODER.threshold, elementType: FLOAT, shape: [features] }]
          : []),
      ],
      outputs: [ENCODER.values, ENCODER.indices].map(name => ({
        name,
        elementType: name === ENCODER.values ? FLOAT : INT64,
        shape: ['tokens', 'limit'],
      })),
      rest: [],
    },
    opsets: new Map([['', OPSET]]),
    rest: [varintField(1, IR_VERSION)],
  });
}

/** Unsorted: rows are put into the order of features later. */
function highest(input: string, values: string): GraphNode[] {
  const options = { axis: { int: -1 }, sorted: { int: 0 } };
  return [makeNode('TopK', [input, ENCODER.limit], [values, ENCODER.indices], options)];
}

function mean(input: string, output: string): GraphNode {
  return makeNode('ReduceMean', [input], [output], { axes: { ints: [-1] } });
}

function constant(name: string, values: ArrayLike<number>): Initializer {
  const data = Float32Array.from(values);
  return makeInitializer(name, FLOAT, data.length === 1 ? [] : [data.length], data);
}

function int64(name: string, values: number[]): Initializer {
  return makeInitializer(name, INT64, [values.length], bigints(values));
}

function bigints(values: number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}
