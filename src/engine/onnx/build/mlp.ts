// The MLP of one block: one for all tokens, or experts that a router chooses for each.
import type { Architecture, Mlp } from '../../models/architecture/architecture';
import { routed } from './experts';
import type { GraphWriter } from './graphWriter';
import { product } from './products';

/** What the MLP adds to the residual stream for x [1, tokens, hiddenSize]. */
export function mlp(
  graph: GraphWriter,
  architecture: Architecture,
  layer: number,
  x: string,
): string {
  const { routing } = architecture.layers[layer]!;
  const of = (rows: string, at: string, expert?: number) =>
    oneMlp(graph, architecture, { layer, ...(expert !== undefined && { expert }) }, rows, at);
  if (routing === null) return of(x, `layers.${layer}/mlp`);
  return routed(graph, routing, architecture.hiddenSize, layer, x, of);
}

function oneMlp(
  graph: GraphWriter,
  { mlp, hiddenSize }: Architecture,
  place: { readonly layer: number; readonly expert?: number },
  x: string,
  at: string,
): string {
  const inner = [mlp.innerSize, hiddenSize] as const;
  const of = (role: 'gate' | 'up') =>
    product(graph, x, { ...place, role }, inner, mlp.bias, `${at}/${role}`);
  const first = activated(graph, mlp.activation, of(mlp.kind === 'gated' ? 'gate' : 'up'), at);
  const hidden = mlp.kind === 'gated' ? graph.op('Mul', [first, of('up')], `${at}/gated`) : first;
  const outer = [hiddenSize, mlp.innerSize] as const;
  return product(graph, hidden, { ...place, role: 'down' }, outer, mlp.bias, `${at}/output`);
}

function activated(
  graph: GraphWriter,
  activation: Mlp['activation'],
  x: string,
  at: string,
): string {
  const name = `${at}/activated`;
  switch (activation) {
    case 'silu':
      return graph.op('Mul', [x, graph.op('Sigmoid', [x], `${at}/sigmoid`)], name);
    case 'relu':
      return graph.op('Relu', [x], name);
    case 'gelu':
      return graph.op('Gelu', [x], name, { approximate: { string: 'none' } });
    case 'geluTanh':
      return graph.op('Gelu', [x], name, { approximate: { string: 'tanh' } });
  }
}
