// Readings of the attention weights of all layers, which are made into sums chunk by chunk, and of one layer's as a whole.
import { UserError } from '../../../core/errors';
import { summariseAttention } from '../../../core/layers/attentionRows';
import type { AttentionAt, AttentionRows } from '../../../core/layers/readings';
import type { GraphSession } from '../session/graphSession';
import type { Collector, ReadWindow } from './collector';

/** [layer]: outputs [1, heads, tokens, seen]. Throws `UserError` with the reason where the graph has none. */
export function attentionTensors({ graph }: GraphSession): readonly string[] {
  const { attentionWeights } = graph;
  if (attentionWeights.kind === 'found') return attentionWeights.tensors;
  throw new UserError(`The model's attention weights cannot be read: ${attentionWeights.reason}.`);
}

/** Where every token looks, by layer and head. `share`: of the keys that a token sees, the nearest that are local. */
export function attentionCollector(
  { session, inputs }: ReadWindow,
  share: number,
): Collector<AttentionRows> {
  const tensors = attentionTensors(session);
  const layers = tensors.length;
  let rows: AttentionRows | undefined;
  const sized = (heads: number): AttentionRows => {
    const size = inputs.length * layers * heads;
    return {
      layers,
      heads,
      entropies: new Float32Array(size),
      entropiesWithoutSink: new Float32Array(size),
      sinks: new Float32Array(size),
      locals: new Float32Array(size),
    };
  };
  return {
    tensors,
    take({ start, tokens, tensors: chunk }) {
      const seen = start + tokens;
      for (const [layer, tensor] of tensors.entries()) {
        const weights = chunk.get(tensor)!;
        const heads = weights.length / (tokens * seen);
        rows ??= sized(heads);
        const found = summariseAttention(weights, { heads, tokens, seen }, share);
        for (const column of COLUMNS) {
          for (let token = 0; token < tokens; token++) {
            const at = ((start + token) * layers + layer) * heads;
            rows[column].set(found[column].subarray(token * heads, (token + 1) * heads), at);
          }
        }
      }
    },
    answer: () => rows ?? sized(0),
  };
}

const COLUMNS = ['entropies', 'entropiesWithoutSink', 'sinks', 'locals'] as const;

/** The weights from one input and to it. Chunks before it are not needed. */
export function attentionAtCollector(
  { session, inputs }: ReadWindow,
  position: number,
): Collector<AttentionAt> {
  const tensors = attentionTensors(session);
  const layers = tensors.length;
  const keys = position + 1;
  const queries = inputs.length - position;
  let at: AttentionAt | undefined;
  const sized = (heads: number): AttentionAt => ({
    layers,
    heads,
    from: new Float32Array(layers * heads * keys),
    to: new Float32Array(layers * heads * queries),
  });
  return {
    tensors,
    from: position,
    take({ start, tokens, tensors: chunk }) {
      const seen = start + tokens;
      if (seen <= position) return;
      for (const [layer, tensor] of tensors.entries()) {
        const weights = chunk.get(tensor)!;
        const heads = weights.length / (tokens * seen);
        at ??= sized(heads);
        for (let head = 0; head < heads; head++) {
          const place = layer * heads + head;
          const rowAt = (input: number) => (head * tokens + input - start) * seen;
          if (position >= start)
            at.from.set(weights.subarray(rowAt(position), rowAt(position) + keys), place * keys);
          for (let query = Math.max(position, start); query < seen; query++)
            at.to[place * queries + query - position] = weights[rowAt(query) + position]!;
        }
      }
    },
    answer: () => at ?? sized(0),
  };
}

/** All weights of one layer, [heads, inputs, inputs], of which `make` makes the answer. */
export function layerWeights<Answer>(
  { session, inputs }: ReadWindow,
  layer: number | undefined,
  make: (weights: Float32Array, heads: number) => Answer,
): Collector<Answer> {
  const tensor = chosen(attentionTensors(session), layer);
  const size = inputs.length;
  let heads = 0;
  let all = new Float32Array(0);
  return {
    tensors: [tensor],
    take({ start, tokens, tensors: chunk }) {
      const weights = chunk.get(tensor)!;
      const seen = start + tokens;
      if (heads === 0) {
        heads = weights.length / (tokens * seen);
        all = new Float32Array(heads * size * size);
      }
      for (let row = 0; row < heads * tokens; row++) {
        const [head, token] = [Math.floor(row / tokens), row % tokens];
        all.set(
          weights.subarray(row * seen, (row + 1) * seen),
          (head * size + start + token) * size,
        );
      }
    },
    answer: () => make(all, heads),
  };
}

/** Of a list by layers; the last one's where none is named. Throws `UserError` where there is no such layer. */
export function chosen(tensors: readonly string[], layer = tensors.length - 1): string {
  const tensor = tensors[layer];
  if (tensor !== undefined) return tensor;
  throw new UserError(
    `Layer ${layer} does not exist: the model's layers are 0 to ${tensors.length - 1}.`,
  );
}
