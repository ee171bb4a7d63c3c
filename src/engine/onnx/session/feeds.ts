// Tensors of whole numbers in the types that a graph's inputs have.
import { Tensor } from 'onnxruntime-node';
import { FLOAT, INT32, type ValueInfo } from '../graph/graph';

export function int64(length: number, at: (index: number) => number): Tensor {
  const data = new BigInt64Array(length);
  for (let i = 0; i < length; i++) data[i] = BigInt(at(i));
  return new Tensor('int64', data, [length]);
}

/** [1, length] in the type of the graph's input; [length] for `rank` 1, a scalar for 0. */
export function feedNumbers(
  info: ValueInfo,
  length: number,
  at: (index: number) => number,
  rank = 2,
): Tensor {
  const dims = rank === 0 ? [] : rank === 1 ? [length] : [1, length];
  const values = Array.from({ length }, (_, index) => at(index));
  if (info.elementType === INT32) return new Tensor('int32', Int32Array.from(values), dims);
  if (info.elementType === FLOAT) return new Tensor('float32', Float32Array.from(values), dims);
  return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}
