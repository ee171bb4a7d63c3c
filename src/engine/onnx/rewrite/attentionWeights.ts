// The attention weights of each layer, found by how they are wired: the `Softmax` of scores that depend on cached keys,
// whose rows weigh a product with the values.
import { computedFrom, readersOf, type Graph, type GraphNode } from '../graph/graph';
import { attentionKind } from '../graph/graphTraits';
import type { Roles } from '../graph/graphRoles';

/** [layer]: tensors [1, heads, tokens, seen], each row adding up to 1; or why there are none. */
export type AttentionWeights =
  | { readonly kind: 'found'; readonly tensors: readonly string[] }
  | { readonly kind: 'none'; readonly reason: string };

const PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'Einsum']);
const PASSED_ON = new Set(['Cast', 'Reshape', 'Identity', 'Dropout', 'Unsqueeze', 'Expand']);

/** In the order of the graph, which is that of the layers. */
export function findAttentionWeights(graph: Graph, roles: Roles): AttentionWeights {
  const kind = attentionKind(graph);
  if (kind !== 'MatMul and Softmax') return { kind: 'none', reason: fusedReason(kind) };
  const keys = roles.past.map(({ input }) => input);
  const layers = roles.past[0]!.dims.length === 5 ? keys.length : keys.length / 2;
  // By their values, and not only by their shapes.
  const dependent = computedFrom(graph, keys, ({ opType }) => opType !== 'Shape');
  const readers = readersOf(graph);
  const tensors = graph.nodes
    .filter(({ opType, inputs }) => opType === 'Softmax' && dependent.has(inputs[0] ?? ''))
    .map(({ outputs }) => outputs[0]!)
    .filter(tensor => weighsValues(readers, tensor));
  if (tensors.length === layers) return { kind: 'found', tensors };
  return {
    kind: 'none',
    reason: `${tensors.length} tensors of attention weights were found for ${layers} layers`,
  };
}

function fusedReason(kind: string): string {
  if (kind === 'none') return 'it has no attention';
  return (
    `its ${kind} operator does not output them. Models opened from a GGUF file or from safetensors ` +
    'do'
  );
}

/** The router of a mixture of experts has a `Softmax`, too, whose rows are sorted. */
function weighsValues(readers: ReadonlyMap<string, GraphNode[]>, tensor: string): boolean {
  const names = new Set([tensor]);
  // What is added on the way is walked, too.
  for (const name of names) {
    for (const { opType, outputs } of readers.get(name) ?? []) {
      if (PRODUCTS.has(opType)) return true;
      if (PASSED_ON.has(opType)) names.add(outputs[0]!);
    }
  }
  return false;
}
