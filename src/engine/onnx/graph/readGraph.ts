// Reads a graph from the bytes of an .onnx file. Field numbers are those of onnx.proto3.
import type { Graph, GraphNode, Initializer, OnnxModel, ValueInfo } from './graph';
import { payload, readFields, readIntegers, readString, type Field } from '../../../core/wire';

export function parseModel(bytes: Uint8Array): OnnxModel {
  const model: OnnxModel = {
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
  const node: GraphNode = {
    name: '',
    opType: '',
    domain: '',
    inputs: [],
    outputs: [],
    attributes: [],
    rest: [],
  };
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

function parseInitializer(bytes: Uint8Array): Initializer {
  const tensor: Initializer = { name: stringAt(bytes, 8), dims: [], elementType: 0, bytes };
  for (const field of readFields(bytes)) {
    if (field.number === 1) for (const size of readIntegers(bytes, field)) tensor.dims.push(size);
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

/** The graphs that a node has as attributes, to choose between or to repeat. */
export function innerGraphs({ attributes }: GraphNode): Graph[] {
  return attributes.flatMap(({ bytes }) =>
    fieldsOf(bytes, 6).map(field => {
      const graph: Graph = { nodes: [], initializers: [], inputs: [], outputs: [], rest: [] };
      parseGraph(payload(bytes, field), graph);
      return graph;
    }),
  );
}

/** The value of an integer attribute, or `otherwise` if the node has none. */
export function intAttribute(node: GraphNode, name: string, otherwise: number): number {
  const bytes = node.attributes.find(attribute => attribute.name === name)?.bytes;
  if (bytes === undefined) return otherwise;
  return fieldsOf(bytes, 3).at(-1)?.value ?? otherwise;
}
