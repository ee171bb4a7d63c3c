// The routers of mixtures of experts, found by how they are wired and not by the exporter's names of tensors: a product
// whose probabilities are chosen from, for products that come after.
import { computedFrom, producers, readersOf, type Graph, type GraphNode } from '../graph/graph';
import { PRODUCTS } from './hookPoints';

export interface Router {
  /** Of the blocks that have a cache, the number of its own. */
  readonly layer: number;
  /** Its logits, before the softmax: float [1, tokens, experts] in graphs that are built here. */
  readonly tensor: string;
  /** The probabilities of the experts that are chosen, [1, tokens, chosen], before they are made to add up to 1. */
  readonly shares: string;
}

/** Operators between the product and the softmax, or between that and the choice: a bias, an adapter, another type or shape. */
const STEPS = new Set(['Add', 'Cast', 'Identity', 'Reshape']);
const MAX_STEPS = 4;

/** In the order of layers; empty where there are none. Blocks are serial: a router comes after its block's attention. */
export function findRouters(graph: Graph): Router[] {
  const madeBy = producers(graph);
  const readers = readersOf(graph);
  const found = graph.nodes.flatMap(({ opType, inputs: [logits = ''], outputs: [shares = ''] }) => {
    if (opType !== 'Softmax' || !comesFromProduct(madeBy, logits)) return [];
    const choice = choiceOf(readers, shares);
    return choice && reachesProduct(graph, choice)
      ? [{ tensor: logits, shares: choice.outputs[0]! }]
      : [];
  });
  const layerOf = found.length > 0 ? layersByCache(graph) : () => 0;
  return found
    .map(router => ({ layer: layerOf(router.tensor), ...router }))
    .sort((a, b) => a.layer - b.layer);
}

function comesFromProduct(madeBy: ReadonlyMap<string, GraphNode>, tensor: string): boolean {
  let names = [tensor];
  for (let steps = 0; steps <= MAX_STEPS; steps++) {
    const nodes = names.flatMap(name => madeBy.get(name) ?? []);
    if (nodes.some(({ opType }) => PRODUCTS.has(opType))) return true;
    names = nodes.flatMap(({ opType, inputs }) => (STEPS.has(opType) ? inputs : []));
  }
  return false;
}

/** The node that takes the largest of a tensor. */
function choiceOf(
  readers: ReadonlyMap<string, readonly GraphNode[]>,
  tensor: string,
): GraphNode | undefined {
  let names = [tensor];
  for (let steps = 0; steps <= MAX_STEPS; steps++) {
    const nodes = names.flatMap(name => readers.get(name) ?? []);
    const choice = nodes.find(({ opType }) => opType === 'TopK');
    if (choice) return choice;
    names = nodes.flatMap(({ opType, outputs }) => (STEPS.has(opType) ? outputs : []));
  }
  return undefined;
}

/** Not so where the likeliest tokens are chosen after the head. */
function reachesProduct(graph: Graph, { outputs }: GraphNode): boolean {
  const after = computedFrom(graph, outputs, () => true);
  return graph.nodes.some(
    ({ opType, inputs }) => PRODUCTS.has(opType) && inputs.some(input => after.has(input)),
  );
}

/** A tensor of block N is computed from the keys and values of N + 1 blocks. */
function layersByCache(graph: Graph): (tensor: string) => number {
  const caches = graph.inputs.filter(({ name }) => name.startsWith('past'));
  const perLayer = caches[0]?.shape?.length === 5 ? 1 : 2;
  // By their values, and not only by their shapes.
  const reached = caches.map(({ name }) =>
    computedFrom(graph, [name], ({ opType }) => opType !== 'Shape'),
  );
  return tensor => reached.filter(names => names.has(tensor)).length / perLayer - 1;
}
