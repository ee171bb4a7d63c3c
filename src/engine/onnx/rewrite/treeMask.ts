// One forward pass over a tree of tokens: each attends to the prefix, its ancestors and itself, at the position of its
// depth (Miao et al. 2023, SpecInfer, arXiv 2305.09781). The attention mask becomes an input of the graph for that. If
// the mask cannot be found, the graph stays as it is and the reason is reported.
import {
  BOOL,
  computedFrom,
  FLOAT,
  INT64,
  producers,
  type Graph,
  type GraphNode,
} from '../graph/graph';
import { attentionKind, computesInHalf, quantizationKind } from '../graph/graphTraits';
import { intAttribute } from '../graph/readGraph';
import type { Roles } from '../graph/graphRoles';
import { makeNode } from '../graph/writeGraph';

export const TREE = {
  /** bool [1]: whether `bias` replaces the graph's own mask. Absent if the bias is always added to that. */
  enabled: 'tokenscope.tree',
  /** float, broadcast to [1, 1, tokens, past + tokens]: 0 where a row may attend, `HIDDEN` where it may not. */
  bias: 'tokenscope.attention_bias',
} as const;

export const HIDDEN = -1e9;

/** What some of the layers attend to. */
export interface TreeMask {
  /** The input for its bias. */
  readonly input: string;
  /** The graph's own mask, whose place the bias takes. */
  readonly source?: string;
  /** Tokens of its path that a token attends to, itself included; infinite: all. */
  readonly window: number;
}

export type TreeSupport =
  | {
      /**
       * `replaces`: the biases are the masks of runs with `TREE.enabled`; `adds`: every run adds them to the graph's
       * causal mask.
       */
      readonly kind: 'replaces' | 'adds';
      readonly masks: readonly TreeMask[];
      /** Whether a tree has to come after at least one token, whose keys and values are given. */
      readonly needsPast: boolean;
      /** Tokens of a prefix and a tree for which the masks are known. */
      readonly mostTokens: number;
    }
  | { readonly kind: 'none'; readonly reason: string };

/** Whether a prefix and a tree of so many tokens can be one run. */
export function takesTrees(tree: TreeSupport, tokens: number): boolean {
  return tree.kind !== 'none' && tokens <= tree.mostTokens;
}

/** Adds the inputs of `TREE` to the graph, in place, and position ids if a fused operator computes its own. */
export function addTreeMask(graph: Graph, roles: Roles): TreeSupport {
  const none = (reason: string): TreeSupport => ({ kind: 'none', reason });
  const quantization = quantizationKind(graph);
  if (quantization === 'dynamic-int8') return none('its numbers depend on what shares a run');
  if (computesInHalf(graph)) return none('it computes in float16');
  const kind = attentionKind(graph);
  if (kind === 'GroupQueryAttention') return addToFused(graph, roles);
  if (kind !== 'MatMul and Softmax') return none(`its ${kind} operator takes no mask of a tree`);
  if (!roles.positionIds) return none('it takes no position ids');
  const masks = replaceMasks(graph, roles);
  if (masks === undefined) return none('not every layer adds a mask to its products');
  return { kind: 'replaces', masks, needsPast: false, mostTokens: 0 };
}

/**
 * The operator's own window counts rows, not positions, so that siblings would push keys out of it: it becomes a bias of
 * the layers that have it. An operator that rotates ignores all position ids but the first where no keys are given.
 */
function addToFused(graph: Graph, roles: Roles): TreeSupport {
  const nodes = graph.nodes.filter(({ opType }) => opType === 'GroupQueryAttention');
  const rotary = nodes.filter(node => intAttribute(node, 'do_rotary', 0) !== 0);
  if (nodes.some(({ inputs }) => inputs[10]))
    return { kind: 'none', reason: 'its attention has a bias of its own' };
  if (rotary.length > 0 && !roles.positionIds) {
    roles.positionIds = { name: 'position_ids', elementType: INT64, shape: [1, 'tokens'] };
    graph.inputs.push(roles.positionIds);
  }
  if (!roles.positionIds) return { kind: 'none', reason: 'it takes no position ids' };
  const masks = new Map<string, TreeMask>();
  for (const node of nodes) {
    const size = intAttribute(node, WINDOW, -1);
    const window = size > 0 ? size : Infinity;
    const input = window === Infinity ? TREE.bias : `${TREE.bias}.${window}`;
    masks.set(input, { input, window });
    node.attributes = node.attributes.filter(({ name }) => name !== WINDOW);
    while (node.inputs.length < 11) node.inputs.push('');
    if (rotary.includes(node)) node.inputs[9] ||= roles.positionIds.name;
    node.inputs[10] = input;
  }
  for (const name of masks.keys())
    graph.inputs.push({ name, elementType: FLOAT, shape: [1, 1, 'tokens', 'seen'] });
  const needsPast = rotary.length > 0;
  return { kind: 'adds', masks: [...masks.values()], needsPast, mostTokens: Infinity };
}

const WINDOW = 'local_window_size';

/**
 * One for each mask that layers add, perhaps sliced to length, to their products of queries and keys; their windows are
 * still to be measured. Undefined if a layer adds none.
 */
function replaceMasks(graph: Graph, roles: Roles): TreeMask[] | undefined {
  const makers = producers(graph);
  const keys = new Set(roles.past.map(({ input }) => input));
  const layers = roles.past[0]!.dims.length === 5 ? keys.size : keys.size / 2;
  // By their values, and not only by their shapes.
  const dependent = computedFrom(graph, keys, ({ opType }) => opType !== 'Shape');
  const places: { add: GraphNode; index: number; source: string }[] = [];
  for (const softmax of graph.nodes.filter(({ opType }) => opType === 'Softmax')) {
    const add = makers.get(softmax.inputs[0] ?? '');
    if (add?.opType !== 'Add') continue;
    const index = add.inputs.findIndex(input => !dependent.has(input));
    if (index < 0) continue;
    places.push({ add, index, source: beforeSlicing(makers, add.inputs[index]!) });
  }
  if (places.length !== layers) return undefined;
  graph.inputs.push({ name: TREE.enabled, elementType: BOOL, shape: [1] });
  const masks = new Map<string, TreeMask>();
  const seen = new Map<string, string>();
  for (const { add, index, source } of places) {
    const mask = add.inputs[index]!;
    const { input } = masks.get(source) ?? {
      input: masks.size === 0 ? TREE.bias : `${TREE.bias}.${masks.size}`,
    };
    masks.set(source, { input, source, window: Infinity });
    const chosen = seen.get(mask) ?? `tokenscope.mask_${seen.size}`;
    if (!seen.has(mask)) {
      seen.set(mask, chosen);
      const choose = makeNode('Where', [TREE.enabled, input, mask], [chosen]);
      graph.nodes.splice(graph.nodes.indexOf(add), 0, choose);
    }
    add.inputs[index] = chosen;
  }
  for (const { input } of masks.values()) {
    const shape = [1, 1, 'tokenscope.bias_rows', 'tokenscope.bias_keys'];
    graph.inputs.push({ name: input, elementType: FLOAT, shape });
  }
  return [...masks.values()];
}

/** The tensor that a tensor was sliced from. */
function beforeSlicing(makers: ReadonlyMap<string, GraphNode>, tensor: string): string {
  let name = tensor;
  for (;;) {
    const maker = makers.get(name);
    if (!maker || !['Slice', 'Identity'].includes(maker.opType)) return name;
    name = maker.inputs[0]!;
  }
}
