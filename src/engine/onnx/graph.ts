// An ONNX graph as data: the parts that rewriting needs, everything else kept verbatim.
// Field numbers are those of onnx.proto3.
import {
  bytesField,
  concatBytes,
  payload,
  readFields,
  readIntegers,
  readString,
  stringField,
  varintField,
  type Field,
} from './wire';

export interface Model {
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

/** A TensorProto, verbatim, without the weights that lie outside of the proto. */
export interface Initializer {
  name: string;
  dims: number[];
  elementType: number;
  bytes: Uint8Array;
}

export interface ValueInfo {
  name: string;
  /** 0 where the graph does not say. */
  elementType: number;
  /** Numbers where static, names (perhaps '') where not; undefined where the rank is unknown. */
  shape: (number | string)[] | undefined;
  /** As it was read, where it was. */
  bytes?: Uint8Array;
}

/** A graph that cannot serve, said in words that follow the name of its file. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

export const FLOAT = 1;
export const INT32 = 6;
export const INT64 = 7;
export const BOOL = 9;
export const FLOAT16 = 10;

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

/** undefined for types that have no fixed width here. */
export function tensorBytes(tensor: Initializer): number | undefined {
  const bits = ELEMENT_BITS[tensor.elementType];
  if (bits === undefined) return undefined;
  return Math.ceil((tensor.dims.reduce((product, dim) => product * dim, 1) * bits) / 8);
}

export function parseModel(bytes: Uint8Array): Model {
  const model: Model = {
    graph: { nodes: [], initializers: [], inputs: [], outputs: [], rest: [] },
    opsets: new Map(),
    rest: [],
  };
  for (const field of readFields(bytes)) {
    if (field.number === 7) parseGraph(payload(bytes, field), model.graph);
    else if (field.number === 8) {
      const opset = payload(bytes, field);
      let domain = '';
      let version = 0;
      for (const part of readFields(opset)) {
        if (part.number === 1) domain = readString(opset, part);
        if (part.number === 2) version = part.value;
      }
      model.opsets.set(domain === 'ai.onnx' ? '' : domain, version);
    } else model.rest.push(bytes.subarray(field.from, field.end));
  }
  return model;
}

function parseGraph(bytes: Uint8Array, graph: Graph): void {
  for (const field of readFields(bytes)) {
    const part = payload(bytes, field);
    if (field.number === 1) graph.nodes.push(parseNode(part));
    else if (field.number === 5) graph.initializers.push(parseInitializer(part));
    else if (field.number === 11) graph.inputs.push(parseValueInfo(part));
    else if (field.number === 12) graph.outputs.push(parseValueInfo(part));
    else graph.rest.push(bytes.subarray(field.from, field.end));
  }
}

function parseNode(bytes: Uint8Array): GraphNode {
  const node = emptyNode();
  for (const field of readFields(bytes)) {
    if (field.number === 1) node.inputs.push(readString(bytes, field));
    else if (field.number === 2) node.outputs.push(readString(bytes, field));
    else if (field.number === 3) node.name = readString(bytes, field);
    else if (field.number === 4) node.opType = readString(bytes, field);
    else if (field.number === 5) {
      const attribute = payload(bytes, field);
      node.attributes.push({ name: stringAt(attribute, 1), bytes: attribute });
    } else if (field.number === 7) node.domain = readString(bytes, field);
    else node.rest.push(bytes.subarray(field.from, field.end));
  }
  if (node.domain === 'ai.onnx') node.domain = '';
  return node;
}

function emptyNode(): GraphNode {
  return { name: '', opType: '', domain: '', inputs: [], outputs: [], attributes: [], rest: [] };
}

function parseInitializer(bytes: Uint8Array): Initializer {
  const tensor: Initializer = { name: stringAt(bytes, 8), dims: [], elementType: 0, bytes };
  for (const field of readFields(bytes)) {
    if (field.number === 1) tensor.dims.push(...readIntegers(bytes, field));
    if (field.number === 2) tensor.elementType = field.value;
  }
  return tensor;
}

function parseValueInfo(bytes: Uint8Array): ValueInfo {
  const info: ValueInfo = { name: stringAt(bytes, 1), elementType: 0, shape: undefined, bytes };
  const tensorType = messageAt(messageAt(bytes, 2), 1);
  for (const field of readFields(tensorType)) {
    if (field.number === 1) info.elementType = field.value;
    if (field.number === 2) info.shape = parseShape(payload(tensorType, field));
  }
  return info;
}

function parseShape(bytes: Uint8Array): (number | string)[] {
  return fieldsOf(bytes, 1).map(dim => {
    const bytesOfDim = payload(bytes, dim);
    let value: number | string = '';
    for (const field of readFields(bytesOfDim))
      value = field.number === 1 ? field.value : readString(bytesOfDim, field);
    return value;
  });
}

function fieldsOf(bytes: Uint8Array, number: number): Field[] {
  return [...readFields(bytes)].filter(field => field.number === number);
}

function messageAt(bytes: Uint8Array, number: number): Uint8Array {
  const field = fieldsOf(bytes, number).at(-1);
  return field === undefined ? new Uint8Array(0) : payload(bytes, field);
}

function stringAt(bytes: Uint8Array, number: number): string {
  const field = fieldsOf(bytes, number).at(-1);
  return field === undefined ? '' : readString(bytes, field);
}

/** The node that makes each tensor. */
export function producers(graph: Graph): Map<string, GraphNode> {
  return new Map(graph.nodes.flatMap(node => node.outputs.map(output => [output, node] as const)));
}

/** An integer attribute's value, or its default. */
export function intAttribute(node: GraphNode, name: string, otherwise: number): number {
  const bytes = node.attributes.find(attribute => attribute.name === name)?.bytes;
  if (bytes === undefined) return otherwise;
  return fieldsOf(bytes, 3).at(-1)?.value ?? otherwise;
}

export function writeModel(model: Model): Uint8Array {
  const opsets = [...model.opsets].map(([domain, version]) =>
    bytesField(8, concatBytes([stringField(1, domain), varintField(2, version)])),
  );
  return concatBytes([...model.rest, ...opsets, bytesField(7, writeGraph(model.graph))]);
}

export function writeGraph(graph: Graph): Uint8Array {
  return concatBytes([
    ...graph.rest,
    ...graph.nodes.map(node => bytesField(1, writeNode(node))),
    ...graph.initializers.map(tensor => bytesField(5, tensor.bytes)),
    ...graph.inputs.map(info => bytesField(11, writeValueInfo(info))),
    ...graph.outputs.map(info => bytesField(12, writeValueInfo(info))),
  ]);
}

function writeNode(node: GraphNode): Uint8Array {
  return concatBytes([
    ...node.inputs.map(name => stringField(1, name)),
    ...node.outputs.map(name => stringField(2, name)),
    stringField(3, node.name),
    stringField(4, node.opType),
    ...node.attributes.map(attribute => bytesField(5, attribute.bytes)),
    stringField(7, node.domain),
    ...node.rest,
  ]);
}

function writeValueInfo({ name, elementType, shape, bytes }: ValueInfo): Uint8Array {
  if (bytes !== undefined) return bytes;
  const dims = shape?.map(dim =>
    bytesField(1, typeof dim === 'number' ? varintField(1, dim) : stringField(2, dim)),
  );
  const type = concatBytes([
    varintField(1, elementType),
    ...(dims === undefined ? [] : [bytesField(2, concatBytes(dims))]),
  ]);
  // Without a type the runtime infers it, which a declared type of 0 would forbid.
  const declared = elementType === 0 ? [] : [bytesField(2, bytesField(1, type))];
  return concatBytes([stringField(1, name), ...declared]);
}

/** A node with the attributes given as numbers, lists of numbers, graphs or tensors. */
export function makeNode(
  opType: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, AttributeValue> = {},
  domain = '',
): GraphNode {
  const made = Object.entries(attributes).map(([name, value]) => makeAttribute(name, value));
  return {
    ...emptyNode(),
    name: outputs[0] ?? opType,
    opType,
    domain,
    inputs,
    outputs,
    attributes: made,
  };
}

export type AttributeValue =
  | { int: number }
  | { float: number }
  | { ints: number[] }
  | { graph: Graph; name: string }
  | { tensor: Uint8Array };

export function makeAttribute(name: string, value: AttributeValue): Attribute {
  const parts = [stringField(1, name)];
  if ('int' in value) parts.push(varintField(3, value.int), varintField(20, 2));
  else if ('float' in value) {
    const tagged = new Uint8Array(5);
    tagged[0] = 2 * 8 + 5;
    new DataView(tagged.buffer).setFloat32(1, value.float, true);
    parts.push(tagged, varintField(20, 1));
  } else if ('ints' in value)
    parts.push(...value.ints.map(int => varintField(8, int)), varintField(20, 7));
  else if ('graph' in value)
    parts.push(
      bytesField(6, concatBytes([stringField(2, value.name), writeGraph(value.graph)])),
      varintField(20, 5),
    );
  else parts.push(bytesField(5, value.tensor), varintField(20, 4));
  return { name, bytes: concatBytes(parts) };
}

/** A tensor whose values are in the proto. */
export function makeInitializer(
  name: string,
  elementType: number,
  dims: number[],
  values: ArrayBufferView,
): Initializer {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bytes = concatBytes([
    ...dims.map(dim => varintField(1, dim)),
    varintField(2, elementType),
    stringField(8, name),
    bytesField(9, raw),
  ]);
  return { name, dims, elementType, bytes };
}
