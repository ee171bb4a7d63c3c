// Hook points beside the residual stream, found by how they are wired to it, and the rewriting that adds an input to
// the activations at a hook point.
import { FLOAT, FLOAT16, producers, readersOf, type Graph, type GraphNode } from '../graph/graph';
import { computesInHalf } from '../graph/graphTraits';
import type { Hook } from './residuals';
import { residualName } from './unembedding';
import { makeNode } from '../graph/writeGraph';

/** Float [1, tokens or 1, hidden]; required by a graph that was opened with a hook to steer. */
export const STEER = 'tokenscope.steer';

export const PRODUCTS = new Set(['MatMul', 'MatMulNBits', 'Gemm', 'FusedMatMul', 'MatMulBnb4']);
const SKIP_NORM = /^Skip(Simplified)?LayerNormalization$/;

/** The tensor at a hook; undefined if the graph has no tensor of its own for it. */
export function hookTensor(
  graph: Graph,
  residuals: readonly Hook[],
  hook: string,
): string | undefined {
  const known = residuals.find(each => each.hook === hook);
  if (known) return known.tensor;
  const [, layer, kind] = /^blocks\.(\d+)\.(.+)$/.exec(hook) ?? [];
  const at = (name: string) =>
    residuals.find(each => each.hook === `blocks.${layer}.hook_resid_${name}`)?.tensor;
  const [before, middle, after] = [at('pre'), at('mid'), at('post')];
  // In parallel blocks attention and MLP cannot be distinguished.
  if (before === undefined || middle === undefined || after === undefined) return undefined;
  const attention = addedBetween(graph, before, middle);
  if (kind === 'hook_attn_out') return attention;
  if (kind === 'attn.hook_z') return attention && productInput(graph, attention);
  if (kind === 'hook_mlp_out') return addedBetween(graph, middle, after);
  if (kind === 'mlp.hook_in') return firstProductInput(graph, middle, after);
  return undefined;
}

/** What the node that makes `sum` adds to the stream; undefined if the stream is not one of its inputs. */
function addedBetween(graph: Graph, stream: string, sum: string): string | undefined {
  const join = joinOf(graph, sum);
  const [left = '', right = ''] = join?.inputs ?? [];
  if (left === stream) return right;
  return right === stream ? left : undefined;
}

/** The node that computes the stream at a tensor. */
function joinOf(graph: Graph, sum: string): GraphNode | undefined {
  return fusedAt(graph, sum) ?? producers(graph).get(sum);
}

/** A fused node that computes the stream at a tensor and normalizes it. */
function fusedAt(graph: Graph, sum: string): GraphNode | undefined {
  return graph.nodes.find(
    node => SKIP_NORM.test(node.opType) && (node.outputs[3] === sum || residualName(node) === sum),
  );
}

/** Follows a product's output back, through a bias, to the tensor that it multiplies. */
function productInput(graph: Graph, output: string): string | undefined {
  const madeBy = producers(graph);
  const seen = new Set<GraphNode>();
  for (let node = madeBy.get(output); node && !seen.has(node); node = madeBy.get(output)) {
    seen.add(node);
    if (PRODUCTS.has(node.opType)) return node.inputs[0];
    const [first = '', second = ''] = node.inputs;
    output = madeBy.has(first) ? first : second;
    if (!['Add', 'Cast', 'Reshape', 'Identity'].includes(node.opType)) return undefined;
  }
  return undefined;
}

/**
 * The one tensor that the first products after a tensor multiply, which is the normalized stream; undefined if there
 * are several.
 */
function firstProductInput(graph: Graph, from: string, sum: string): string | undefined {
  const found = new Set<string>();
  // A fused operator normalizes its sum.
  const [normed = from] = fusedAt(graph, from)?.outputs ?? [];
  const readers = readersOf(graph);
  const madeBy = producers(graph);
  // Weights in blocks with offsets are two products: the second is of the sums of each block's inputs.
  const isBlockSums = ({ opType, inputs: [summed = ''] }: GraphNode) =>
    opType === 'ReduceSum' && madeBy.get(summed)?.opType === 'Reshape';
  const names = new Set([from, normed]);
  const end = joinOf(graph, sum);
  for (const name of names) {
    for (const node of readers.get(name) ?? []) {
      if (node === end || isBlockSums(node)) continue;
      if (PRODUCTS.has(node.opType)) found.add(node.inputs[0] ?? '');
      else for (const output of node.outputs) if (output) names.add(output);
    }
  }
  return found.size === 1 ? [...found][0] : undefined;
}

/**
 * Adds the input `STEER` to a tensor, for all nodes that read it. Returns false if the node that computes the tensor
 * also normalizes it, so that nothing can be inserted between.
 */
export function addSteering(graph: Graph, tensor: string): boolean {
  const producer = producers(graph).get(tensor);
  if (!producer) return false;
  const isHalf = computesInHalf(graph);
  const steer = isHalf ? `${STEER}.half` : STEER;
  const added: GraphNode[] = isHalf
    ? [makeNode('Cast', [STEER], [steer], { to: { int: FLOAT16 } })]
    : [];
  const fused = fusedAt(graph, tensor);
  if (fused) {
    // The sum is computed inside the node, so the input is added to one of the summands.
    const [part = ''] = fused.inputs;
    const steered = `${part}.steered`;
    added.push(makeNode('Add', [part, steer], [steered]));
    graph.nodes.splice(graph.nodes.indexOf(fused), 0, ...added);
    for (const node of graph.nodes)
      if (node === fused || (node.outputs[0] === tensor && node.opType === 'Add'))
        node.inputs = node.inputs.map(input => (input === part ? steered : input));
  } else {
    if (producer.opType === 'EmbedLayerNormalization') return false;
    const raw = `${tensor}.raw`;
    producer.outputs = producer.outputs.map(output => (output === tensor ? raw : output));
    added.push({ ...makeNode('Add', [raw, steer], [tensor]), name: `${STEER}.added` });
    graph.nodes.splice(graph.nodes.indexOf(producer) + 1, 0, ...added);
  }
  graph.inputs.push({
    name: STEER,
    elementType: FLOAT,
    shape: [1, 'tokenscope.steered_tokens', 'tokenscope.steered_width'],
  });
  return true;
}
