// An ONNX graph as data: the parts that rewriting needs; everything else is kept verbatim.

export interface OnnxModel {
  graph: Graph;
  /** Version by domain; the standard domain is ''. */
  opsets: Map<string, number>;
  /** All fields but graph and opsets, verbatim. */
  rest: Uint8Array[];
}

export interface Graph {
  nodes: GraphNode[];
  initializers: Initializer[];
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  rest: Uint8Array[];
}

export interface GraphNode {
  name: string;
  opType: string;
  domain: string;
  /** '' stands for an absent optional input or output. */
  inputs: string[];
  outputs: string[];
  attributes: Attribute[];
  rest: Uint8Array[];
}

/** An AttributeProto, verbatim, with its name. */
export interface Attribute {
  name: string;
  bytes: Uint8Array;
}

/** A TensorProto, verbatim, without weights that are outside the proto. */
export interface Initializer {
  name: string;
  dims: number[];
  elementType: number;
  bytes: Uint8Array;
}

export interface ValueInfo {
  name: string;
  /** 0 if the graph does not give it. */
  elementType: number;
  /** Numbers for static dimensions, names (perhaps '') for others; undefined if the rank is unknown. */
  shape: (number | string)[] | undefined;
  /** The proto that it was read from, if any. */
  bytes?: Uint8Array;
}

/** Why a graph cannot be used, in words that follow the name of its file. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

export const FLOAT = 1;
export const UINT8 = 2;
export const INT32 = 6;
export const INT64 = 7;
export const BOOL = 9;
export const FLOAT16 = 10;
export const BFLOAT16 = 16;

const ELEMENT_BITS: Record<number, number> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  16: 16,
  21: 4,
  22: 4,
};

/** Undefined for types without a fixed width. */
export function tensorBytes(tensor: Initializer): number | undefined {
  const bits = ELEMENT_BITS[tensor.elementType];
  if (bits === undefined) return undefined;
  return Math.ceil((tensor.dims.reduce((product, dim) => product * dim, 1) * bits) / 8);
}

/** The node that computes each tensor. */
export function producers(graph: Graph): Map<string, GraphNode> {
  return new Map(
    graph.nodes.flatMap(node =>
      node.outputs.filter(Boolean).map(output => [output, node] as const),
    ),
  );
}

/** The nodes that read each tensor, in the order of the graph, none twice. */
export function readersOf(graph: Graph): Map<string, GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const input of new Set(node.inputs)) {
      const nodes = readers.get(input);
      if (nodes) nodes.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}

/** The tensors that are computed from one of `sources`, and those; `follows` says through which nodes. */
export function computedFrom(
  graph: Graph,
  sources: Iterable<string>,
  follows: (node: GraphNode) => boolean,
): Set<string> {
  const readers = readersOf(graph);
  // A set is walked with what is added on the way.
  const names = new Set(sources);
  for (const name of names) {
    for (const node of readers.get(name) ?? []) {
      if (follows(node)) for (const output of node.outputs) if (output) names.add(output);
    }
  }
  return names;
}

/** Throws `GraphError` if a node reads what is computed from its own outputs. */
export function checkAcyclic(graph: Graph): void {
  const readers = readersOf(graph);
  const madeBy = producers(graph);
  const awaited = new Map(
    graph.nodes.map(node => {
      const inputs = new Set(node.inputs);
      return [node, [...inputs].filter(input => madeBy.has(input)).length];
    }),
  );
  const ready = graph.nodes.filter(node => awaited.get(node) === 0);
  for (const node of ready) {
    for (const output of new Set(node.outputs)) {
      if (madeBy.get(output) !== node) continue;
      for (const reader of readers.get(output) ?? []) {
        const left = awaited.get(reader)! - 1;
        awaited.set(reader, left);
        if (left === 0) ready.push(reader);
      }
    }
  }
  if (ready.length < graph.nodes.length) throw new GraphError('has nodes that run in a circle');
}
