// The residual stream, found by how a transformer is wired and not by the exporter's names of tensors. After the
// embedding each block adds to the stream once (parallel attention and MLP) or twice (one after the other), and only
// these additions carry the stream onward.
import { producers, readersOf, type Graph, type GraphNode } from '../graph/graph';
import { makeNode } from '../graph/writeGraph';
import { residualName } from './unembedding';

/** A hook point by its TransformerLens name, and its tensor. */
export interface Hook {
  hook: string;
  tensor: string;
}

export interface Residuals {
  hooks: Hook[];
  /** Why there are none. */
  missing?: string;
}

/**
 * The hooks in order. `layers` is the number of blocks in the model's configuration; without it blocks are assumed to
 * be serial. May append a node if the last sum has no tensor of its own.
 */
export function findResiduals(graph: Graph, ids: string, layers: number | undefined): Residuals {
  const chain = residualChain(graph, ids);
  if (typeof chain === 'string') return { hooks: [], missing: chain };
  const joins = chain.length - 1;
  const blocks = layers ?? joins / 2;
  if (joins === 2 * blocks && joins > 0) return { hooks: hooksOf(chain, blocks, 2) };
  if (joins === blocks && joins > 0) return { hooks: hooksOf(chain, blocks, 1) };
  return {
    hooks: [],
    missing: `the residual stream has ${joins} additions, which fits no ${blocks} blocks`,
  };
}

function hooksOf(chain: string[], blocks: number, joinsPerBlock: 1 | 2): Hook[] {
  const hooks: Hook[] = [];
  for (let block = 0; block < blocks; block++) {
    const at = (join: number) => chain[block * joinsPerBlock + join] ?? '';
    hooks.push({ hook: `blocks.${block}.hook_resid_pre`, tensor: at(0) });
    if (joinsPerBlock === 2) hooks.push({ hook: `blocks.${block}.hook_resid_mid`, tensor: at(1) });
    hooks.push({ hook: `blocks.${block}.hook_resid_post`, tensor: at(joinsPerBlock) });
  }
  return hooks;
}

/** Operators between the embedding and the first addition. */
const EMBEDDING_STEPS = new Set(['Cast', 'Mul', 'Identity', 'DequantizeLinear', 'Sub']);
const MAX_EMBEDDING_STEPS = 8;
const SKIP_NORM = new Set(['SkipSimplifiedLayerNormalization', 'SkipLayerNormalization']);

/** The stream's tensors, the embedding first; or the reason why it cannot be followed. */
function residualChain(graph: Graph, ids: string): string[] | string {
  const madeBy = producers(graph);
  const weights = new Set(graph.initializers.map(({ name }) => name));
  const readers = readersOf(graph);
  const isConstant = (name: string): boolean => {
    const node = madeBy.get(name);
    return weights.has(name) || (node !== undefined && node.opType === 'Constant');
  };

  const embedding = embeddingOf(readers, ids);
  if (embedding === undefined) return 'no embedding reads the ids';

  const join = (current: string): { output: string; node: GraphNode } | undefined => {
    for (const node of readers.get(current) ?? []) {
      if (node.opType === 'Add' && !node.inputs.some(isConstant))
        return { output: node.outputs[0] ?? '', node };
    }
    for (const node of readers.get(current) ?? [])
      if (SKIP_NORM.has(node.opType) && node.inputs.slice(0, 2).includes(current))
        return { output: skipSum(graph, madeBy, node), node };
    return undefined;
  };

  let current = embedding;
  for (let steps = 0; steps < MAX_EMBEDDING_STEPS; steps++) {
    if (join(current) !== undefined) break;
    const [next] = (readers.get(current) ?? []).filter(node => EMBEDDING_STEPS.has(node.opType));
    if (next === undefined) break;
    current = next.outputs[0] ?? '';
  }
  // A position embedding is added to a token embedding before the first block.
  const first = join(current);
  const other = first?.node.inputs.slice(0, 2).find(input => input !== current) ?? '';
  if (first !== undefined && isLookup(madeBy, weights, other)) current = first.output;

  const chain = new Set([current]);
  for (let next = join(current); next !== undefined; next = join(current)) {
    current = next.output;
    if (chain.has(current)) return 'the residual stream runs in a circle';
    chain.add(current);
  }
  return chain.size > 1 ? [...chain] : 'nothing is added to the embedding';
}

function embeddingOf(readers: Map<string, GraphNode[]>, ids: string): string | undefined {
  // A set is walked with what is added on the way, and holds nothing twice where a graph runs in a circle.
  const names = new Set([ids]);
  for (const name of names) {
    for (const node of readers.get(name) ?? []) {
      if (node.opType.startsWith('Gather') && node.inputs[1] === name) return node.outputs[0];
      // Its third output is the sum that it normalizes.
      if (node.opType === 'EmbedLayerNormalization' && node.inputs[0] === name)
        return node.outputs[2];
      // Exporters reshape or cast ids before the lookup.
      if (['Reshape', 'Cast', 'Identity'].includes(node.opType) && node.inputs[0] === name)
        names.add(node.outputs[0] ?? '');
    }
  }
  return undefined;
}

/** Whether a tensor is rows of an embedding table, perhaps scaled or cast. */
function isLookup(
  madeBy: Map<string, GraphNode>,
  weights: ReadonlySet<string>,
  name: string,
): boolean {
  let node = madeBy.get(name);
  for (let steps = 0; steps < MAX_EMBEDDING_STEPS && node; steps++) {
    const input = node.inputs[0] ?? '';
    if (node.opType.startsWith('Gather')) return weights.has(input);
    node = EMBEDDING_STEPS.has(node.opType) ? madeBy.get(input) : undefined;
  }
  return false;
}

/** The sum that a fused normalization computes first: its output 3, or additions that are added to the graph for it. */
function skipSum(graph: Graph, madeBy: Map<string, GraphNode>, node: GraphNode): string {
  const given = node.outputs[3];
  if (given !== undefined && given !== '') return given;
  const [input = '', skip = '', ...parameters] = node.inputs;
  // The last parameter of either kind is a bias that belongs to the sum.
  const bias = parameters[node.opType === 'SkipLayerNormalization' ? 2 : 1] ?? '';
  const sum = residualName(node);
  if (madeBy.has(sum)) return sum;
  const unbiased = bias === '' ? sum : `${sum}.unbiased`;
  const added = [makeNode('Add', [input, skip], [unbiased])];
  if (bias !== '') added.push(makeNode('Add', [unbiased, bias], [sum]));
  graph.nodes.push(...added);
  madeBy.set(sum, added.at(-1)!);
  return sum;
}
