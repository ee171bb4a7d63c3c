// Finds the node that turns hidden states into logits.
import { producers, type Graph, type GraphNode } from '../graph/graph';

/**
 * Operators that may be between the last matrix product and the logits: they work row by row and element by element.
 */
const ELEMENTWISE = new Set(['Cast', 'Mul', 'Div', 'Add', 'Tanh', 'Identity']);

/**
 * The product with the output embedding, if its rows are certain to be the logits' rows: its left input is computed and
 * has rank 3 as the logits have, its right input depends on weights only, and nothing else reads what is between it and
 * the logits. Otherwise undefined.
 */
export function findLmHead(graph: Graph, logits: string): GraphNode | undefined {
  const madeBy = producers(graph);
  const weights = new Set(graph.initializers.map(({ name }) => name));
  const isWeight = (name: string): boolean => {
    if (weights.has(name)) return true;
    const node = madeBy.get(name);
    return node !== undefined && node.inputs.every(input => input === '' || isWeight(input));
  };
  const readers = (name: string) => graph.nodes.filter(node => node.inputs.includes(name)).length;
  for (let name = logits; ;) {
    const node = madeBy.get(name);
    if (node === undefined) return undefined;
    if (node.opType === 'MatMul' || node.opType === 'MatMulNBits')
      return isWeight(node.inputs[1] ?? '') && !isWeight(node.inputs[0] ?? '') ? node : undefined;
    if (!ELEMENTWISE.has(node.opType)) return undefined;
    const computed = node.inputs.filter(input => !isWeight(input));
    const [only] = computed;
    if (only === undefined || computed.length !== 1 || readers(only) !== 1) return undefined;
    name = only;
  }
}
