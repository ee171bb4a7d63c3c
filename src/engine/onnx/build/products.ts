// Products with weights, and the lookup of rows, by the way in which the weights are stored.
import type {
  FilePart,
  LowRank,
  WeightBlocks,
  WeightName,
} from '../../models/architecture/weights';
import { externalInitializer } from '../graph/externalise';
import { FLOAT, UINT8 } from '../graph/graph';
import type { GraphWriter } from './graphWriter';

/** x [..., inputs] · W, with a bias or without: [..., outputs]. The matrix is read as it lies in its file. */
export function product(
  graph: GraphWriter,
  x: string,
  place: Omit<WeightName, 'part'>,
  [outputs, inputs]: readonly [outputs: number, inputs: number],
  hasBias: boolean,
  name: string,
): string {
  const shape = [outputs, inputs] as const;
  const { weight, name: key } = graph.found({ ...place, part: 'weight' }, shape);
  const { lowRank } = weight;
  const product = hasBias || lowRank ? `${name}/product` : name;
  if (weight.data.kind === 'blocks') blockProduct(graph, x, weight.data, key, shape, product);
  else {
    const { name: stored } = graph.stored({ ...place, part: 'weight' }, shape);
    const matrix = graph.asFloat(stored, weight);
    if (weight.isTransposed) graph.op('MatMul', [x, matrix], product);
    else transposed(graph, x, matrix, product);
  }
  const adapted = lowRank
    ? withLowRank(graph, x, product, lowRank, key, shape, hasBias ? `${name}/adapted` : name)
    : product;
  if (!hasBias) return adapted;
  return graph.op('Add', [adapted, graph.weight({ ...place, part: 'bias' }, [outputs])], name);
}

/** What an adapter changes, beside the product with the weight as it is, which is used as it lies in its file. */
function withLowRank(
  graph: GraphWriter,
  x: string,
  product: string,
  { down, up, scale }: LowRank,
  key: string,
  [outputs, inputs]: readonly [outputs: number, inputs: number],
  name: string,
): string {
  const rank = down.shape[0]!;
  const first = graph.asFloat(graph.placed(`${key}/down`, down, [rank, inputs]), down);
  const second = graph.asFloat(graph.placed(`${key}/up`, up, [outputs, rank]), up);
  const attributes = { transB: { int: 1 }, alpha: { float: scale } };
  const inner = graph.contrib('FusedMatMul', [x, first], `${name}/down`, attributes);
  const added = transposed(graph, inner, second, `${name}/up`);
  return graph.op('Add', [product, added], name);
}

/** x · matrixᵀ. A Transpose of a constant would be computed on loading, into memory that no other process shares. */
function transposed(graph: GraphWriter, x: string, matrix: string, name: string): string {
  return graph.contrib('FusedMatMul', [x, matrix], name, { transB: { int: 1 } });
}

const BLOCK = 32;

/**
 * The sum over blocks of scale·(q - 8)·x, which ONNX Runtime computes with q as it lies in its file, and of offset·(sum
 * of x in the block). With activations as they are, so that the result is that of the weights in 32 bits.
 */
function blockProduct(
  graph: GraphWriter,
  x: string,
  { path, numbers, scales, offsets }: WeightBlocks,
  key: string,
  [outputs, inputs]: readonly [outputs: number, inputs: number],
  name: string,
): string {
  const blocks = inputs / BLOCK;
  const constant = (part: string, type: number, shape: number[], data: FilePart) =>
    graph.constant(`${key}/${part}`, () =>
      externalInitializer(`${key}/${part}`, type, shape, { location: path, ...data }),
    );
  const q = constant('numbers', UINT8, [outputs, blocks, BLOCK / 2], numbers);
  const scale = constant('scales', FLOAT, [outputs, blocks], scales);
  const attributes = {
    K: { int: inputs },
    N: { int: outputs },
    bits: { int: 4 },
    block_size: { int: BLOCK },
    accuracy_level: { int: 0 },
  };
  const scaled = offsets ? `${name}/scaled` : name;
  graph.contrib('MatMulNBits', [x, q, scale], scaled, attributes);
  if (!offsets) return scaled;
  const offset = constant('offsets', FLOAT, [outputs, blocks], offsets);
  const shift = transposed(graph, blockSums(graph, x, blocks), offset, `${name}/shift`);
  return graph.op('Add', [scaled, shift], name);
}

/** [..., blocks] of x [1, tokens, inputs]. */
function blockSums(graph: GraphWriter, x: string, blocks: number): string {
  const name = `${x}/sums`;
  return graph.once(name, () => {
    const parts = graph.op('Reshape', [x, graph.ints(0, 0, blocks, BLOCK)], `${x}/blocks`);
    return graph.op('ReduceSum', [parts, graph.ints(-1)], name, { keepdims: { int: 0 } });
  });
}

/** Rows [1, tokens, width] of a table [rows, width]: only these are cast where it is stored in half precision. */
export function lookup(
  graph: GraphWriter,
  place: WeightName,
  shape: readonly [rows: number, width: number],
  indices: string,
  name: string,
): string {
  const { weight, name: table } = graph.stored(place, shape);
  return graph.asFloat(graph.op('Gather', [table, indices], name), weight);
}
