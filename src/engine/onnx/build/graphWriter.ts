// Writes a graph node by node. Each node has one output, named after its place in the model; constants and weights are
// shared.
import { UserError } from '../../../core/errors';
import { varintField, stringField } from '../../../core/wire';
import type { Weight, WeightName, Weights } from '../../models/architecture/weights';
import { externalInitializer } from '../graph/externalise';
import {
  BFLOAT16,
  FLOAT,
  FLOAT16,
  INT64,
  type Graph,
  type Initializer,
  type ValueInfo,
} from '../graph/graph';
import { makeInitializer, makeNode, writeModel, type AttributeValue } from '../graph/writeGraph';

/** The first with `Gelu`. */
const OPSET = 20;
const IR_VERSION = 9;
const CONTRIB_DOMAIN = 'com.microsoft';

const ELEMENT_TYPES = { float32: FLOAT, float16: FLOAT16, bfloat16: BFLOAT16 } as const;

export class GraphWriter {
  private readonly graph: Graph = {
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
    rest: [stringField(2, 'decoder')],
  };
  private readonly initializers = new Map<string, Initializer>();
  private readonly weights = new Map<string, Weight>();

  constructor(private readonly source: Weights) {}

  input(info: ValueInfo): string {
    this.graph.inputs.push(info);
    return info.name;
  }

  output(info: ValueInfo): void {
    this.graph.outputs.push(info);
  }

  /** Adds a node of a standard operator; returns `name`, its output. */
  op(
    opType: string,
    inputs: string[],
    name: string,
    attributes: Record<string, AttributeValue> = {},
  ): string {
    this.graph.nodes.push(makeNode(opType, inputs, [name], attributes));
    return name;
  }

  /** The same for an operator of ONNX Runtime. */
  contrib(
    opType: string,
    inputs: string[],
    name: string,
    attributes: Record<string, AttributeValue> = {},
  ): string {
    this.graph.nodes.push(makeNode(opType, inputs, [name], attributes, CONTRIB_DOMAIN));
    return name;
  }

  /** The same for a standard operator with several outputs; returns `names`. */
  outputs(
    opType: string,
    inputs: string[],
    names: string[],
    attributes: Record<string, AttributeValue> = {},
  ): string[] {
    this.graph.nodes.push(makeNode(opType, inputs, names, attributes));
    return names;
  }

  /**
   * What `make` adds as a graph of its own, for a choice between two: it reads what is computed before, and its weights
   * are those of the whole graph. `make` returns the name of its output.
   */
  branch(make: () => string): Graph {
    const { nodes } = this.graph;
    this.graph.nodes = [];
    try {
      const output = { name: make(), elementType: 0, shape: undefined };
      return {
        nodes: this.graph.nodes,
        initializers: [],
        inputs: [],
        outputs: [output],
        rest: [],
      };
    } finally {
      this.graph.nodes = nodes;
    }
  }

  /** Splits the last dimension; returns the parts' names. */
  split(input: string, sizes: readonly number[], names: string[]): string[] {
    return this.outputs('Split', [input, this.ints(...sizes)], names, { axis: { int: -1 } });
  }

  /** A constant int64 [values.length]. */
  ints(...values: number[]): string {
    const name = `ints(${values.join(',')})`;
    return this.constant(name, () =>
      makeInitializer(name, INT64, [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  /** A constant int64 scalar. */
  int(value: number): string {
    const name = `int(${value})`;
    return this.constant(name, () =>
      makeInitializer(name, INT64, [], BigInt64Array.of(BigInt(value))),
    );
  }

  /** A constant float scalar. */
  float(value: number): string {
    const name = `float(${value})`;
    return this.constant(name, () => makeInitializer(name, FLOAT, [], Float32Array.of(value)));
  }

  constant(name: string, make: () => Initializer): string {
    if (!this.initializers.has(name)) this.initializers.set(name, make());
    return name;
  }

  /**
   * The weight as it is stored, and its name in the graph. Throws `UserError` if it has not the shape `shape`, which is
   * [outputs, inputs] for a product.
   */
  stored(name: WeightName, shape: readonly number[]): { weight: Weight; name: string } {
    const found = this.found(name, shape);
    if (found.weight.lowRank && name.role === 'tokens')
      throw new TypeError('a product alone is changed by an adapter');
    this.constant(found.name, () => initializerOf(found.name, found.weight));
    return found;
  }

  /** The same, without an initializer for it in the graph. */
  found(name: WeightName, shape: readonly number[]): { weight: Weight; name: string } {
    const key = nameOf(name);
    const weight = this.weights.get(key) ?? this.source.weight(name);
    this.weights.set(key, weight);
    checkShape(weight, weight.isTransposed ? shape.toReversed() : shape);
    return { weight, name: key };
  }

  /** Adds an initializer for a weight under a name of its own, which is returned. Throws `UserError` as `stored` does. */
  placed(name: string, weight: Weight, shape: readonly number[]): string {
    checkShape(weight, shape);
    return this.constant(name, () => initializerOf(name, weight));
  }

  /** The name of a weight as float32, cast where it is stored in half precision. */
  weight(name: WeightName, shape: readonly number[]): string {
    const stored = this.stored(name, shape);
    return this.asFloat(stored.name, stored.weight);
  }

  /** What has the type of a weight, as float32. */
  asFloat(name: string, { data }: Weight): string {
    if (data.kind !== 'file' || data.type === 'float32') return name;
    const cast = `${name}/float`;
    return this.once(cast, () => this.op('Cast', [name], cast, { to: { int: FLOAT } }));
  }

  /** The output of that name, which `make` adds where it is not there yet. */
  once(name: string, make: () => string): string {
    return this.graph.nodes.some(({ outputs }) => outputs[0] === name) ? name : make();
  }

  bytes(): Uint8Array {
    this.graph.initializers = [...this.initializers.values()];
    return writeModel({
      graph: this.graph,
      opsets: new Map([
        ['', OPSET],
        [CONTRIB_DOMAIN, 1],
      ]),
      rest: [varintField(1, IR_VERSION), stringField(2, 'tokenscope')],
    });
  }
}

function checkShape(weight: Weight, expected: readonly number[]): void {
  if (weight.shape.join() === expected.join()) return;
  throw new UserError(
    `"${weight.name}"${placeOf(weight)} has the shape ${shapeText(weight.shape)}, and the model's configuration needs ${shapeText(expected)}: they do not belong together.`,
  );
}

function nameOf({ layer, expert, role, part }: WeightName): string {
  const at = layer === null ? [] : ['layers', layer];
  const of = expert === undefined ? [] : ['experts', expert];
  return [...at, ...of, role, part].join('.');
}

function initializerOf(name: string, { shape, data }: Weight): Initializer {
  if (data.kind === 'values') return makeInitializer(name, FLOAT, [...shape], data.values);
  if (data.kind === 'blocks')
    throw new TypeError(`${name} is in blocks, which only a product reads`);
  const { path, offset, length, type } = data;
  return externalInitializer(name, ELEMENT_TYPES[type], shape, { location: path, offset, length });
}

function placeOf({ data }: Weight): string {
  return data.kind === 'values' ? '' : ` in ${data.path}`;
}

function shapeText(shape: readonly number[]): string {
  return shape.join(' × ');
}
