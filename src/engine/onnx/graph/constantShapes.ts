// Sizes that a graph itself gives to tensors: a file of a hundred bytes can ask for all of the memory.
import { externalDataOf } from './externalise';
import { GraphError, INT64, producers, type Graph, type GraphNode } from './graph';
import { payload, readFields, readIntegers } from '../../../core/wire';

/** Numbers in a tensor that is made from a constant shape: a gigabyte of float32, more than any mask or cache. */
const MAX_NUMBERS = 2 ** 28;

/** Operators that make a tensor of the shape that an input gives, by the index of that input. */
const SHAPED = new Map([
  ['ConstantOfShape', 0],
  ['Expand', 1],
  ['Tile', 1],
  ['Reshape', 1],
]);

/** Throws `GraphError` if a constant asks for a tensor that is far too large. */
export function checkConstantShapes(graph: Graph): void {
  const madeBy = producers(graph);
  const initializers = new Map(graph.initializers.map(tensor => [tensor.name, tensor.bytes]));
  const constant = (name: string): number[] => {
    const node = madeBy.get(name);
    const tensor = initializers.get(name) ?? (node?.opType === 'Constant' && valueOf(node));
    return tensor ? integersOf(tensor) : [];
  };
  for (const node of graph.nodes) {
    const input = SHAPED.get(node.opType);
    const dims = input === undefined ? [] : constant(node.inputs[input] ?? '');
    let count = dims.reduce((product, dim) => product * Math.max(1, dim), 1);
    if (node.opType === 'Range') {
      const [[from = 0] = [], [to = 0] = [], [step = 1] = []] = node.inputs.map(constant);
      count = (to - from) / step;
    }
    if (count > MAX_NUMBERS)
      throw new GraphError(`makes a tensor of ${count} numbers (${node.opType}), too many to hold`);
  }
}

/** The tensor of a `Constant` node. */
function valueOf({ attributes }: GraphNode): Uint8Array | undefined {
  const bytes = attributes.find(({ name }) => name === 'value')?.bytes;
  if (!bytes) return undefined;
  for (const field of readFields(bytes)) if (field.number === 5) return payload(bytes, field);
  return undefined;
}

/** The int64 numbers of a TensorProto; none if it has others, or has them elsewhere. */
function integersOf(tensor: Uint8Array): number[] {
  if (externalDataOf(tensor)) return [];
  const numbers: number[] = [];
  let elementType = 0;
  for (const field of readFields(tensor)) {
    if (field.number === 2) elementType = field.value;
    if (field.number === 7) for (const value of readIntegers(tensor, field)) numbers.push(value);
    if (field.number !== 9) continue;
    const raw = payload(tensor, field);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let at = 0; at + 8 <= raw.length; at += 8)
      numbers.push(Number(view.getBigInt64(at, true)));
  }
  return elementType === INT64 ? numbers : [];
}
