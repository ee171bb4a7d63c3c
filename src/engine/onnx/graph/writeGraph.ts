// Writes a graph as the bytes of an .onnx file, and makes nodes and tensors. Field numbers are those of onnx.proto3.
import { concatBytes } from '../../../core/bytes';
import type { Attribute, Graph, GraphNode, Initializer, OnnxModel, ValueInfo } from './graph';
import { bytesField, stringField, varintField } from '../../../core/wire';

export function writeModel(model: OnnxModel): Uint8Array {
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
  // The runtime infers an absent type, but rejects a declared type of 0.
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
    name: outputs[0] ?? opType,
    opType,
    domain,
    inputs,
    outputs,
    attributes: made,
    rest: [],
  };
}

export type AttributeValue =
  | { int: number }
  | { float: number }
  | { ints: number[] }
  | { string: string }
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
  else if ('string' in value) parts.push(stringField(4, value.string), varintField(20, 3));
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
