// The MLP of one block.
import type { Architecture, Mlp } from '../../models/architecture/architecture';
import type { GraphWriter } from './graphWriter';
import { product } from './products';

/** What the MLP adds to the residual stream for x [1, tokens, hiddenSize]. */
export function mlp(
  graph: GraphWriter,
  { mlp, hiddenSize }: Architecture,
  layer: number,
  x: string,
): string {
  const at = `layers.${layer}/mlp`;
  const inner = [mlp.innerSize, hiddenSize] as const;
  const of = (role: 'gate' | 'up') =>
    product(graph, x, { layer, role }, inner, mlp.bias, `${at}/${role}`);
  const first = activated(graph, mlp.activation, of(mlp.kind === 'gated' ? 'gate' : 'up'), at);
  const hidden = mlp.kind === 'gated' ? graph.op('Mul', [first, of('up')], `${at}/gated`) : first;
  const outer = [hiddenSize, mlp.innerSize] as const;
  return product(graph, hidden, { layer, role: 'down' }, outer, mlp.bias, `${at}/output`);
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
