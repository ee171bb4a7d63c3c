// Readings of the routers of a mixture of experts: which experts took each token.
import { UserError } from '../../../core/errors';
import type { RoutingRows } from '../../../core/layers/readings';
import type { Collector, ReadWindow } from './collector';

/** Throws `UserError` where the graph has no routers. */
export function routingCollector({ session, inputs }: ReadWindow): Collector<RoutingRows> {
  const { routers } = session.graph;
  if (routers.length === 0)
    throw new UserError('The model has no routers: it is not a mixture of experts.');
  let rows: RoutingRows | undefined;
  const sized = (experts: number, chosen: number): RoutingRows => ({
    layers: routers.map(({ layer }) => layer),
    experts,
    chosen,
    logits: routers.map(() => new Float32Array(inputs.length * experts)),
  });
  return {
    tensors: routers.flatMap(({ tensor, shares }) => [tensor, shares]),
    take({ start, tokens, tensors }) {
      for (const [i, { tensor, shares }] of routers.entries()) {
        const logits = tensors.get(tensor)!;
        const experts = logits.length / tokens;
        rows ??= sized(experts, tensors.get(shares)!.length / tokens);
        rows.logits[i]!.set(logits, start * experts);
      }
    },
    answer: () => rows ?? sized(0, 0),
  };
}
