// The scores that a rewritten graph computes, as typed arrays.
import type { InferenceSession } from 'onnxruntime-node';
import type { Scores } from '../../../core/lenses/scores';
import { SCORING } from '../rewrite/scoring';

/** Of `SCORES`. Row 0 was scored after `firstContext` tokens. */
export function readScores(
  outputs: InferenceSession.ReturnType,
  rows: number,
  topK: number,
  firstContext: number,
): Scores {
  const topIds = outputs[SCORING.topIds]!.data as BigInt64Array;
  return {
    topK,
    logprobs: outputs[SCORING.logprobs]!.data as Float32Array,
    entropiesNats: outputs[SCORING.entropies]!.data as Float32Array,
    varentropies: outputs[SCORING.varentropies]!.data as Float32Array,
    ranks: Uint32Array.from(outputs[SCORING.ranks]!.data as Float32Array),
    contexts: Uint32Array.from({ length: rows }, (_, row) => firstContext + row),
    topIds: Uint32Array.from(topIds, Number),
    topLogprobs: outputs[SCORING.topLogprobs]!.data as Float32Array,
  };
}
