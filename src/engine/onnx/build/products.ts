// Products with weights, and the lookup of rows, by the way in which the weights are stored.
import type { WeightName } from '../../models/architecture/weights';
import type { GraphWriter } from './graphWriter';

/** x [..., inputs] · W, with a bias or without: [..., outputs]. The matrix is read as it lies in its file. */
export function product(
  graph: GraphWriter,
  x: string,
  place: Pick<WeightName, 'layer' | 'role'>,
  [outputs, inputs]: readonly [outputs: number, inputs: number],
  hasBias: boolean,
  name: string,
): string {
  const product = hasBias ? `${name}/product` : name;
  const { weight, name: stored } = graph.stored({ ...place, part: 'weight' }, [outputs, inputs]);
  const matrix = graph.asFloat(stored, weight);
  if (weight.isTransposed) graph.op('MatMul', [x, matrix], product);
  // A Transpose of a constant would be computed on loading, into memory that no other process shares.
  else graph.contrib('FusedMatMul', [x, matrix], product, { transB: { int: 1 } });
  if (!hasBias) return product;
  return graph.op('Add', [product, graph.weight({ ...place, part: 'bias' }, [outputs])], name);
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
