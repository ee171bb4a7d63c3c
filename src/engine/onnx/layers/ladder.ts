// What each layer would predict: the residual stream after every block, by a tuned lens through its translators, through
// the last norm and the head.
import { UserError } from '../../../core/errors';
import type { LadderRows, TunedLens } from '../../../core/layers/readings';
import { layerOf } from '../../../core/sae/hookNames';
import type { GraphSession } from '../session/graphSession';
import type { Collector, ReadWindow } from './collector';

/** [layer]: the output with the residual stream after each block. Throws `UserError` where the graph has none. */
export function residualTensors({ graph }: GraphSession): string[] {
  if (graph.hooks.length === 0)
    throw new UserError(`The model's residual stream was not found: ${graph.hooksMissing}.`);
  return graph.hooks.flatMap(({ hook, tensor }) =>
    hook === `blocks.${layerOf(hook)}.hook_resid_post` ? [tensor] : [],
  );
}

/** Throws `UserError` where the graph's end cannot be run apart, and where the lens is of another model. */
export async function ladderCollector(
  { session, inputs, targets }: ReadWindow,
  topK: number,
  from = 0,
  lens?: TunedLens,
): Promise<Collector<LadderRows>> {
  const tensors = residualTensors(session);
  const layers = tensors.length;
  if (lens && lens.translators.length !== layers - 1)
    throw new UserError(
      `${lens.folder} is a tuned lens for a model of ${lens.translators.length + 1} layers; the open model has ${layers}.`,
    );
  const unembedding = await session.unembedding;
  const rows = inputs.length;
  const topIds = new Uint32Array(rows * layers * topK);
  const topLogprobs = new Float32Array(rows * layers * topK);
  const logprobs = new Float32Array(rows * layers);
  return {
    tensors,
    from,
    async take({ start, tokens, tensors: chunk }) {
      const first = Math.max(start, from);
      const own = targets.subarray(first, start + tokens);
      for (const [layer, tensor] of tensors.entries()) {
        const states = chunk.get(tensor)!;
        const width = states.length / tokens;
        if (lens && lens.width !== width)
          throw new UserError(
            `${lens.folder} is a tuned lens for a model of width ${lens.width}; the open model has width ${width}.`,
          );
        const wanted = states.subarray((first - start) * width);
        // The last block has no translator: what comes after it is the model's own answer.
        const translator = lens?.translators[layer];
        const read = translator ? await session.translate(wanted, translator) : wanted;
        const scores = await unembedding.score(read, own, topK);
        for (let row = 0; row < own.length; row++) {
          const at = (first + row) * layers + layer;
          const top = [row * topK, (row + 1) * topK] as const;
          logprobs[at] = scores.logprobs[row]!;
          topIds.set(scores.topIds.subarray(...top), at * topK);
          topLogprobs.set(scores.topLogprobs.subarray(...top), at * topK);
        }
      }
    },
    answer: () => ({ layers, topK, topIds, topLogprobs, logprobs }),
  };
}
