// The attention masks of a graph as a graph of their own, so that what they hide can be measured at any length without
// running the model.
import { producers, type GraphNode, type OnnxModel } from '../graph/graph';
import type { Roles } from '../graph/graphRoles';
import { makeNode, writeModel } from '../graph/writeGraph';
import type { TreeSupport } from './treeMask';

/** The output of a mask by its index: numbers [..., tokens, seen]. */
export function maskOutput(index: number): string {
  return `tokenscope.own_mask.${index}`;
}

export interface MaskModel {
  bytes: Uint8Array;
  /** Of the graph's inputs those that the masks depend on; keys and values by their shapes only, which are free. */
  inputs: ReadonlySet<string>;
}

/** A model of the masks that trees replace; undefined if there are none. */
export function maskModel(
  model: OnnxModel,
  roles: Roles,
  tree: TreeSupport,
): MaskModel | undefined {
  if (tree.kind !== 'replaces') return undefined;
  const sources = tree.masks.map(({ source = '' }) => source);
  const madeBy = producers(model.graph);
  const kept = new Set<GraphNode>();
  const used = new Set<string>(sources);
  // A set is walked with what is added on the way.
  for (const name of used) {
    const node = madeBy.get(name);
    if (node === undefined) continue;
    kept.add(node);
    for (const input of node.inputs) if (input) used.add(input);
  }
  const weights = model.graph.initializers.filter(({ name }) => used.has(name));
  const weightNames = new Set(weights.map(({ name }) => name));
  const keys = new Set(roles.past.map(({ input }) => input));
  const inputs = model.graph.inputs
    .filter(({ name }) => used.has(name) && !weightNames.has(name))
    .map(info =>
      keys.has(info.name)
        ? { name: info.name, elementType: info.elementType, shape: undefined }
        : info,
    );
  const graph = {
    nodes: [
      ...model.graph.nodes.filter(node => kept.has(node)),
      ...sources.map((source, i) => makeNode('Identity', [source], [maskOutput(i)])),
    ],
    initializers: weights,
    inputs,
    outputs: sources.map((_, i) => ({ name: maskOutput(i), elementType: 0, shape: undefined })),
    rest: model.graph.rest.filter(field => field[0] === GRAPH_NAME_TAG),
  };
  return {
    bytes: writeModel({ ...model, graph }),
    inputs: new Set(inputs.map(({ name }) => name)),
  };
}

const GRAPH_NAME_TAG = 2 * 8 + 2;
