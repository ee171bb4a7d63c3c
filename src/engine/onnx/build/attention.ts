// Attention of one block, spelled out: its products, so that trees of tokens may replace the mask and features may be
// read anywhere. Heads that share keys are rows of one product, so that keys and values are not copied for each.
import type { Architecture, Rotary } from '../../models/architecture/architecture';
import type { Weights } from '../../models/architecture/weights';
import type { GraphWriter } from './graphWriter';
import type { RunLengths } from './masks';
import { product } from './products';
import { headsOf, type Place } from './queries';
import type { Turns } from './rotation';

/** Made once for all layers. */
export interface Shared {
  readonly lengths: RunLengths;
  mask(window: number | null): string;
  turns(rotary: Rotary): Turns;
}

/** What attention adds to the residual stream for x [1, tokens, hiddenSize]. */
export function attention(
  graph: GraphWriter,
  architecture: Architecture,
  fused: Weights['queryKeyValue'],
  layer: number,
  x: string,
  shared: Shared,
): string {
  const place: Place = { graph, architecture, layer, at: `layers.${layer}/attention` };
  const { rotary } = architecture.layers[layer]!;
  const turns = rotary && shared.turns(rotary);
  const { query, key, value } = headsOf(place, fused, x, turns);
  const keys = withCached(place, key, 'key');
  const values = withCached(place, value, 'value');
  return output(place, mixed(place, weightsOf(place, query, keys, shared), values, shared));
}

/** Those of earlier runs before those of this one: [1, keyValueHeads, seen, headSize]. */
function withCached({ graph, layer }: Place, now: string, part: 'key' | 'value'): string {
  const inputs = [`past_key_values.${layer}.${part}`, now];
  return graph.op('Concat', inputs, `present.${layer}.${part}`, { axis: { int: 2 } });
}

/** How much each token attends to each: [1, heads, tokens, seen]. */
function weightsOf(place: Place, query: string, keys: string, shared: Shared): string {
  const { graph, architecture, layer, at } = place;
  const { heads, keyValueHeads, headSize, softcap } = architecture.attention;
  const { window, attentionScale } = architecture.layers[layer]!;
  const rows =
    heads === keyValueHeads
      ? query
      : graph.op('Reshape', [query, graph.ints(0, keyValueHeads, -1, headSize)], `${at}/sharing`);
  let scores = graph.contrib('FusedMatMul', [rows, keys], `${at}/products`, {
    transB: { int: 1 },
    alpha: { float: attentionScale },
  });
  if (softcap !== null) scores = softcapped(graph, scores, softcap, `${at}/capped`);
  scores = regrouped(place, scores, heads, shared, `${at}/scores`);
  const masked = graph.op('Add', [scores, shared.mask(window)], `${at}/masked`);
  return graph.op('Softmax', [masked], `${at}/weights`, { axis: { int: -1 } });
}

/** Values by these weights: [1, heads, tokens, headSize]. */
function mixed(place: Place, weights: string, values: string, shared: Shared): string {
  const { graph, architecture, at } = place;
  const { heads, keyValueHeads, headSize } = architecture.attention;
  const rows = regrouped(place, weights, keyValueHeads, shared, `${at}/weights/sharing`);
  const sums = graph.op('MatMul', [rows, values], `${at}/mixed`);
  if (heads === keyValueHeads) return sums;
  return graph.op('Reshape', [sums, graph.ints(0, heads, -1, headSize)], `${at}/mixed/heads`);
}

/** Numbers [1, _, _, seen] for so many groups of rows, if some heads share keys. */
function regrouped(
  { graph, architecture }: Place,
  x: string,
  groups: number,
  { lengths }: Shared,
  name: string,
): string {
  const { heads, keyValueHeads } = architecture.attention;
  if (heads === keyValueHeads) return x;
  const seen = graph.op('Unsqueeze', [lengths.seen, graph.ints(0)], `${name}/seen`);
  const axis = { axis: { int: 0 } };
  const shape = graph.op('Concat', [graph.ints(0, groups, -1), seen], `${name}/shape`, axis);
  return graph.op('Reshape', [x, shape], name);
}

function output({ graph, architecture, layer, at }: Place, heads: string): string {
  const { attention, hiddenSize } = architecture;
  const width = attention.heads * attention.headSize;
  const rows = graph.op('Transpose', [heads], `${at}/rows`, { perm: { ints: [0, 2, 1, 3] } });
  const joined = graph.op('Reshape', [rows, graph.ints(0, 0, width)], `${at}/joined`);
  const place = { layer, role: 'attentionOutput' as const };
  return product(graph, joined, place, [hiddenSize, width], attention.bias.output, `${at}/output`);
}

/** cap·tanh(x / cap). */
export function softcapped(graph: GraphWriter, x: string, cap: number, name: string): string {
  const small = graph.op('Div', [x, graph.float(cap)], `${name}/small`);
  const bounded = graph.op('Tanh', [small], `${name}/bounded`);
  return graph.op('Mul', [bounded, graph.float(cap)], name);
}
