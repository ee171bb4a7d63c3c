// Queries, keys and values of one block, head by head.
import type { Architecture } from '../../models/architecture/architecture';
import type { Weights } from '../../models/architecture/weights';
import type { GraphWriter } from './graphWriter';
import { normed } from './norms';
import { product } from './products';
import { turned, type Turns } from './rotation';

const ROLES = ['query', 'key', 'value'] as const;
type Role = (typeof ROLES)[number];

/** Where they are computed. */
export interface Place {
  readonly graph: GraphWriter;
  readonly architecture: Architecture;
  readonly layer: number;
  /** Begins the names of all that is computed there. */
  readonly at: string;
}

/** [1, heads, tokens, headSize] each, queries and keys normed and turned, for x [1, tokens, hiddenSize]. */
export function headsOf(
  place: Place,
  fused: Weights['queryKeyValue'],
  x: string,
  turns: Turns | null,
): Record<Role, string> {
  const [query, key, value] = projected(place, fused, x).map((rows, i) =>
    heads(place, ROLES[i]!, rows, turns),
  ) as [string, string, string];
  return { query, key, value };
}

function heads(place: Place, role: Role, all: string, turns: Turns | null): string {
  const { graph, architecture, at } = place;
  const { attention } = architecture;
  const name = `${at}/${role}`;
  const count = countOf(architecture, role);
  let rows = role === 'value' ? all : normedHeads(place, role, all);
  if (attention.clip !== null) {
    const [least, most] = [graph.float(-attention.clip), graph.float(attention.clip)];
    rows = graph.op('Clip', [rows, least, most], `${name}/clipped`);
  }
  if (role !== 'value' && turns)
    rows = turned(graph, rows, turns, count, attention, `${name}/turned`);
  const shape = graph.ints(0, 0, count, attention.headSize);
  const apart = graph.op('Reshape', [rows, shape], `${name}/rows`);
  return graph.op('Transpose', [apart], `${name}/heads`, { perm: { ints: [0, 2, 1, 3] } });
}

function countOf({ attention }: Architecture, role: Role): number {
  return role === 'query' ? attention.heads : attention.keyValueHeads;
}

function normedHeads(
  { graph, architecture, layer, at }: Place,
  part: 'query' | 'key',
  rows: string,
): string {
  const { queryKeyNorm: kind, headSize } = architecture.attention;
  if (kind === null) return rows;
  const name = `${at}/${part}`;
  const place = { layer, role: `${part}Norm` as const };
  const count = countOf(architecture, part);
  const width = count * headSize;
  if (kind.over === 'width') return normed(graph, kind.norm, rows, place, width, `${name}/normed`);
  const apart = graph.op('Reshape', [rows, graph.ints(0, 0, count, headSize)], `${name}/apart`);
  const each = normed(graph, kind.norm, apart, place, headSize, `${name}/each`);
  return graph.op('Reshape', [each, graph.ints(0, 0, width)], `${name}/normed`);
}

/** [1, tokens, heads·headSize] each, by three products or by one. */
function projected(
  { graph, architecture, layer, at }: Place,
  fused: Weights['queryKeyValue'],
  x: string,
): string[] {
  const { attention, hiddenSize } = architecture;
  const { headSize } = attention;
  const widths = ROLES.map(role => countOf(architecture, role) * headSize);
  const hasBias = attention.bias.queryKeyValue;
  if (fused === 'apart')
    return ROLES.map((role, i) =>
      product(graph, x, { layer, role }, [widths[i]!, hiddenSize], hasBias, `${at}/${role}`),
    );
  const place = { layer, role: 'queryKeyValue' as const };
  const width = widths.reduce((sum, each) => sum + each, 0);
  const all = product(graph, x, place, [width, hiddenSize], hasBias, `${at}/all`);
  const names = ROLES.map(role => `${at}/${role}`);
  if (fused === 'blocks') return graph.split(all, widths, names);
  const shape = graph.ints(0, 0, attention.heads, 3 * headSize);
  const rows = graph.op('Reshape', [all, shape], `${at}/all/heads`);
  const joined = graph.ints(0, 0, widths[0]!);
  return graph
    .split(
      rows,
      [headSize, headSize, headSize],
      names.map(name => `${name}/split`),
    )
    .map((part, i) => graph.op('Reshape', [part, joined], names[i]!));
}
