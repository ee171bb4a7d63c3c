// The end of a graph as a graph of its own, from the last residual to the logits. If it gives the same logits, the
// tensor that was found is the residual stream and not merely one of the same width. On the residuals of earlier blocks
// it is the logit lens (nostalgebraist 2020).
import {
  FLOAT,
  FLOAT16,
  producers,
  type Graph,
  type GraphNode,
  type OnnxModel,
  type ValueInfo,
} from '../graph/graph';
import { computesInHalf } from '../graph/graphTraits';
import { makeNode, writeModel } from '../graph/writeGraph';
import { addScoring } from './scoring';

/** Float [1, tokens, hidden]. The outputs are those of `SCORING`. */
export const RESIDUAL = 'tokenscope.residual';

const LOGITS = 'tokenscope.tail_logits';

/** Undefined if the logits depend on anything but the residual and the weights. */
export function unembeddingModel(
  model: OnnxModel,
  residual: string,
  { name: logits, shape }: ValueInfo,
): Uint8Array | undefined {
  const madeBy = producers(model.graph);
  const weights = new Map(model.graph.initializers.map(tensor => [tensor.name, tensor]));
  const kept = new Map<GraphNode, GraphNode>();
  const used = new Set<string>();
  const open = [logits];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || name === ZERO || name === residual || used.has(name)) continue;
    used.add(name);
    if (weights.has(name)) continue;
    const node = madeBy.get(name);
    if (node === undefined) return undefined;
    const own = sumsUpTo(madeBy, node, residual) ? restartedAt(node, residual) : node;
    kept.set(node, own);
    open.push(...own.inputs);
  }

  const order = new Map(model.graph.nodes.map((node, index) => [node.outputs[0], index]));
  // Copies: what is changed here is not changed in the graph.
  const copies = [...kept.values()].map(node => ({ ...node, inputs: [...node.inputs] }));
  const nodes = copies.sort(
    (a, b) => (order.get(a.outputs[0]) ?? 0) - (order.get(b.outputs[0]) ?? 0),
  );
  const to = { to: { int: computesInHalf(model.graph) ? FLOAT16 : FLOAT } };
  const end: ValueInfo = { name: LOGITS, elementType: FLOAT, shape };
  const graph: Graph = {
    nodes: [
      makeNode('Cast', [RESIDUAL], [residual], to),
      makeNode('Sub', [residual, residual], [ZERO]),
      ...nodes,
      makeNode('Cast', [logits], [LOGITS], { to: { int: FLOAT } }),
    ],
    initializers: [...weights.values()].filter(({ name }) => used.has(name)),
    inputs: [{ name: RESIDUAL, elementType: FLOAT, shape: [1, 'tokens', 'hidden'] }],
    outputs: [end],
    rest: model.graph.rest.filter(field => field[0] === GRAPH_NAME_TAG),
  };
  const tail = { ...model, graph };
  addScoring(tail, end);
  return writeModel(tail);
}

const ZERO = 'tokenscope.zero';
const GRAPH_NAME_TAG = 2 * 8 + 2;

/** Whether a fused normalization computes the residual as its sum, so that the residual is none of its inputs. */
function sumsUpTo(
  madeBy: ReadonlyMap<string, GraphNode>,
  node: GraphNode,
  residual: string,
): boolean {
  if (!node.opType.startsWith('Skip')) return false;
  if (node.outputs[3] === residual) return true;
  const sum = madeBy.get(residual);
  return sum?.outputs[0] === residual && sum.opType === 'Add' && residual === residualName(node);
}

/** The name of a fused normalization's sum if the node has no output for it. */
export function residualName(node: GraphNode): string {
  return `${node.outputs[0]}.residual`;
}

/** The node with the residual and zero as its summands; the bias is already part of the residual. */
function restartedAt(node: GraphNode, residual: string): GraphNode {
  const parameters = node.opType === 'SkipLayerNormalization' ? 2 : 1;
  const inputs = [residual, ZERO, ...node.inputs.slice(2, 2 + parameters)];
  return { ...node, inputs, outputs: node.outputs.slice(0, 1) };
}
