// Finds the node that turns hidden states into logits.
import { intAttribute } from '../graph/readGraph';
import { computedFrom, producers, readersOf, type Graph, type GraphNode } from '../graph/graph';

/**
 * Operators that may be between the last matrix product and the logits: they work row by row and element by element.
 */
const ELEMENTWISE = new Set(['Cast', 'Mul', 'Div', 'Add', 'Tanh', 'Identity']);

const PRODUCTS = new Set(['MatMul', 'MatMulNBits', 'MatMulBnb4', 'FusedMatMul', 'Gemm']);

export interface LmHead {
  readonly product: GraphNode;
  /** The axis of its left input that counts tokens: 1, or 0 where the product is one of matrices (`Gemm`). */
  readonly tokenAxis: 0 | 1;
  /** What makes the matrix of logits [tokens, vocabulary] one of rank 3. */
  readonly reshape: GraphNode | undefined;
}

/**
 * The product with the output embedding, if its rows are certain to be the logits' rows: its left input is computed and
 * has rank 3 as the logits have, or rank 2 and the logits are reshaped to rank 3; its right input depends on weights
 * only, and nothing else reads what is between it and the logits. Otherwise undefined.
 */
export function findLmHead(graph: Graph, logits: string): LmHead | undefined {
  const madeBy = producers(graph);
  const inputs = graph.inputs.map(({ name }) => name);
  const weights = new Set(graph.initializers.map(({ name }) => name));
  // Old exports list their initializers among the inputs.
  const computed = computedFrom(
    graph,
    inputs.filter(name => !weights.has(name)),
    () => true,
  );
  const readers = readersOf(graph);
  let reshape: GraphNode | undefined;
  for (let name = logits; ;) {
    const node = madeBy.get(name);
    if (node === undefined) return undefined;
    const [left = '', right = ''] = node.inputs;
    if (PRODUCTS.has(node.opType)) {
      const isMatrix = node.opType === 'Gemm';
      // Turned around, the rows of its left input would not be those of the logits.
      const isTurned = ['transA', 'transBatchA'].some(each => intAttribute(node, each, 0) !== 0);
      if (!computed.has(left) || computed.has(right) || isTurned) return undefined;
      if (isMatrix !== (reshape !== undefined)) return undefined;
      return { product: node, tokenAxis: isMatrix ? 0 : 1, reshape };
    }
    if (node.opType === 'Reshape' && reshape === undefined) {
      // Its shape may be computed from that of the hidden states.
      if (readers.get(left)?.length !== 1) return undefined;
      reshape = node;
      name = left;
      continue;
    }
    if (!ELEMENTWISE.has(node.opType)) return undefined;
    const [only, another] = node.inputs.filter(input => computed.has(input));
    if (only === undefined || another !== undefined || readers.get(only)?.length !== 1)
      return undefined;
    name = only;
  }
}
