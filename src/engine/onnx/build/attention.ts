// Attention of one block, spelled out: its products, so that trees of tokens may replace the mask and features may be
// read anywhere. Heads that share keys are rows of one product, so that keys and values are not copied for each.
import type { Architecture, Layer } from '../../models/architecture/architecture';
import type { Weights } from '../../models/architecture/weights';
import type { GraphWriter } from './graphWriter';
import { normed } from './norms';
import { product } from './products';
import { turned, type Turns } from './rotation';
import type { RunLengths } from './masks';

/** Made once for all layers. */
export interface Shared {
  readonly lengths: RunLengths;
  readonly mask: string;
  windowMask(window: number): string;
  turns(rotary: NonNullable<Layer['rotary']>): Turns;
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
  const { attention, hiddenSize } = architecture;
  const { heads, keyValueHeads, headSize } = attention;
  const { rotary, window, attentionScale } = architecture.layers[layer]!;
  const at = `layers.${layer}/attention`;
  const share = heads / keyValueHeads;

  const [query, key, value] = queryKeyValue(graph, architecture, fused, layer, x, at).map(
    (all, i) => {
      const count = i === 0 ? heads : keyValueHeads;
      const name = `${at}/${NAMES[i]}`;
      let rows = all;
      if (attention.clip !== null)
        rows = graph.op(
          'Clip',
          [rows, graph.float(-attention.clip), graph.float(attention.clip)],
          `${name}/clipped`,
        );
      if (i < 2) rows = queryKeyNorm(graph, architecture, layer, rows, i === 0, name);
      if (i < 2 && rotary !== null)
        rows = turned(graph, rows, shared.turns(rotary), count, attention, `${name}/turned`);
      const apart = graph.op('Reshape', [rows, graph.ints(0, 0, count, headSize)], `${name}/rows`);
      return graph.op('Transpose', [apart], `${name}/heads`, { perm: { ints: [0, 2, 1, 3] } });
    },
  ) as [string, string, string];
  const [keys = '', values = ''] = [key, value].map((now, i) =>
    graph.op(
      'Concat',
      [`past_key_values.${layer}.${PARTS[i]}`, now],
      `present.${layer}.${PARTS[i]}`,
      { axis: { int: 2 } },
    ),
  );

  const seen = graph.op('Unsqueeze', [shared.lengths.seen, graph.ints(0)], `${at}/seen`);
  const asRows = (input: string, count: number, name: string) => {
    if (share === 1) return input;
    const shape = graph.op('Concat', [graph.ints(0, count, -1), seen], `${name}/shape`, {
      axis: { int: 0 },
    });
    return graph.op('Reshape', [input, shape], name);
  };
  const sharing =
    share === 1
      ? query
      : graph.op(
          'Reshape',
          [query, graph.ints(0, keyValueHeads, -1, headSize)],
          `${at}/query/sharing`,
        );
  let scores = graph.contrib('FusedMatMul', [sharing, keys], `${at}/products`, {
    transB: { int: 1 },
    alpha: { float: attentionScale },
  });
  if (attention.softcap !== null)
    scores = softcapped(graph, scores, attention.softcap, `${at}/capped`);
  scores = asRows(scores, heads, `${at}/scores`);
  if (window !== null)
    scores = graph.op('Add', [scores, shared.windowMask(window)], `${at}/in_window`);
  const masked = graph.op('Add', [scores, shared.mask], `${at}/masked`);
  const weights = graph.op('Softmax', [masked], `${at}/weights`, { axis: { int: -1 } });
  const mixed = graph.op(
    'MatMul',
    [asRows(weights, keyValueHeads, `${at}/sharing`), values],
    `${at}/mixed`,
  );
  const split =
    share === 1
      ? mixed
      : graph.op('Reshape', [mixed, graph.ints(0, heads, -1, headSize)], `${at}/mixed/heads`);
  const rows = graph.op('Transpose', [split], `${at}/mixed/rows`, { perm: { ints: [0, 2, 1, 3] } });
  const width = heads * headSize;
  const joined = graph.op('Reshape', [rows, graph.ints(0, 0, width)], `${at}/joined`);
  const place = { layer, role: 'attentionOutput' as const };
  return product(graph, joined, place, [hiddenSize, width], attention.bias.output, `${at}/output`);
}

const NAMES = ['query', 'key', 'value'] as const;
const PARTS = ['key', 'value'];

/** Three tensors [1, tokens, heads·headSize]. */
function queryKeyValue(
  graph: GraphWriter,
  { attention, hiddenSize }: Architecture,
  fused: Weights['queryKeyValue'],
  layer: number,
  x: string,
  at: string,
): string[] {
  const { heads, keyValueHeads, headSize } = attention;
  const widths = [heads, keyValueHeads, keyValueHeads].map(count => count * headSize);
  const { queryKeyValue: hasBias } = attention.bias;
  if (fused === 'apart')
    return NAMES.map((role, i) =>
      product(graph, x, { layer, role }, [widths[i]!, hiddenSize], hasBias, `${at}/${role}`),
    );
  const role = 'queryKeyValue';
  const width = widths.reduce((sum, each) => sum + each, 0);
  const all = product(graph, x, { layer, role }, [width, hiddenSize], hasBias, `${at}/all`);
  if (fused === 'blocks')
    return graph.split(
      all,
      widths,
      NAMES.map(name => `${at}/${name}`),
    );
  const rows = graph.op('Reshape', [all, graph.ints(0, 0, heads, 3 * headSize)], `${at}/all/heads`);
  const parts = NAMES.map(name => `${at}/${name}/split`);
  return graph
    .split(rows, [headSize, headSize, headSize], parts)
    .map((part, i) =>
      graph.op('Reshape', [part, graph.ints(0, 0, heads * headSize)], `${at}/${NAMES[i]}`),
    );
}

function queryKeyNorm(
  graph: GraphWriter,
  { attention }: Architecture,
  layer: number,
  rows: string,
  isQuery: boolean,
  name: string,
): string {
  const { queryKeyNorm: kind, headSize } = attention;
  if (kind === null) return rows;
  const place = { layer, role: isQuery ? ('queryNorm' as const) : ('keyNorm' as const) };
  const count = isQuery ? attention.heads : attention.keyValueHeads;
  const width = count * headSize;
  if (kind.over === 'width') return normed(graph, kind.norm, rows, place, width, `${name}/normed`);
  const apart = graph.op('Reshape', [rows, graph.ints(0, 0, count, headSize)], `${name}/apart`);
  const each = normed(graph, kind.norm, apart, place, headSize, `${name}/each`);
  return graph.op('Reshape', [each, graph.ints(0, 0, width)], `${name}/normed`);
}

/** cap·tanh(x / cap). */
export function softcapped(graph: GraphWriter, x: string, cap: number, name: string): string {
  const small = graph.op('Div', [x, graph.float(cap)], `${name}/small`);
  const bounded = graph.op('Tanh', [small], `${name}/bounded`);
  return graph.op('Mul', [bounded, graph.float(cap)], name);
}
