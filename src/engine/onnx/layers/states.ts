// Readings of the residual stream after one block, as a whole.
import type { Collector, ReadWindow } from './collector';
import { chosen } from './attention';
import { residualTensors } from './ladder';

/** The states of all inputs after a block, [inputs, width], of which `make` makes the answer. */
export function layerStates<Answer>(
  { session, inputs }: ReadWindow,
  layer: number | undefined,
  make: (states: Float32Array, width: number) => Answer,
): Collector<Answer> {
  const tensor = chosen(residualTensors(session), layer);
  let width = 0;
  let states = new Float32Array(0);
  return {
    tensors: [tensor],
    take({ start, tokens, tensors: chunk }) {
      const rows = chunk.get(tensor)!;
      if (width === 0) {
        width = rows.length / tokens;
        states = new Float32Array(inputs.length * width);
      }
      states.set(rows, start * width);
    },
    answer: () => make(states, width),
  };
}
