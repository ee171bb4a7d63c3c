// Finds the node that turns hidden states into logits.
import { computedFrom, producers, readersOf, type Graph, type GraphNode } from '../graph/graph';

/**
 * Operators that may be between the last matrix product and the logits: they work row by row and element by element.
 */
const ELEMENTWISE = new Set(['Cast', 'Mul', 'Div', 'Add', 'Tanh', 'Identity']);

const PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'MatMulNBits']);

/**
 * The product with the output embedding, if its rows are certain to be the logits' rows: its left input is computed and
 * has rank 3 as the logits have, its right input depends on weights only, and nothing else reads what is between it and
 * the logits. Otherwise undefined.
 */
export function findLmHead(graph: Graph, logits: string): GraphNode | undefined {
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
  for (let name = logits; ;) {
    const node = madeBy.get(name);
    if (node === undefined) return undefined;
    const [left = '', right = ''] = node.inputs;
    if (PRODUCTS.has(node.opType))
      return computed.has(left) && !computed.has(right) ? node : undefined;
    if (!ELEMENTWISE.has(node.opType)) return undefined;
    const [only, another] = node.inputs.filter(input => computed.has(input));
    if (only === undefined || another !== undefined || readers.get(only)?.length !== 1)
      return undefined;
    name = only;
  }
}
