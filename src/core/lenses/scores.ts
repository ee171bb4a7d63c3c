// What a forward pass leaves: one row per token, as typed arrays. Logits never leave the engine.
import type { LayerScores } from '../layers/layerPasses';
import type { TokenFeatures } from '../sae/featureValues';

/** Row p is how the token at p looked to the model, given the tokens of its window before it. */
export interface Scores extends LayerScores {
  /** Alternatives kept per row: the second dimension of `topIds` and `topLogprobs`. */
  readonly topK: number;
  /** [row], nats; NaN where nothing came before the token, or where it has not been scored yet. */
  readonly logprobs: Float32Array;
  /** [row], nats; NaN as above. Where only the likeliest tokens are known: the lower bound. */
  readonly entropiesNats: Float32Array;
  /** [row], nats: the upper bound of such an entropy; NaN where the entropy itself is known. Absent where all are. */
  readonly entropyUppersNats?: Float32Array;
  /** [row], nats²: the variance of the surprisal under the model itself; NaN as above, and where a file's list is cut. */
  readonly varentropies: Float32Array;
  /** [row]; 1 is the likeliest token; 0 where unknown. */
  readonly ranks: Uint32Array;
  /** [row]; how many tokens of the text the model saw before this one. */
  readonly contexts: Uint32Array;
  /** [row, topK], likeliest first. */
  readonly topIds: Uint32Array;
  /** [row, topK], nats; NaN as above. */
  readonly topLogprobs: Float32Array;
  /** [row], nats: what the token's bytes cost together; NaN where not known. Absent where bytes were not asked for. */
  readonly byteNats?: Float64Array;
  /** [row], nats: the same by a second model, which may cut the text otherwise. */
  readonly secondByteNats?: Float64Array;
  /** What an autoencoder says of the tokens. Absent where it was not asked. */
  readonly features?: TokenFeatures;
  /** [row]; which group of digits of its number the token is, from 0; NaN outside numbers. Absent unless asked for. */
  readonly digitGroups?: Float32Array;
  /** [row]; the tokens per byte of its word ÷ those of English text; NaN outside words. Absent unless asked for. */
  readonly fineness?: Float32Array;
  /** [row]; the chunk that the token belongs to, from 0. Absent unless asked for. */
  readonly chunks?: Float32Array;
  /** What a positive and a negative model say of the tokens. Absent where there is no pair. */
  readonly contrast?: ContrastScores;
}

/** [row], nats; NaN where not known. */
export interface ContrastScores {
  /** The token's log-probabilities. */
  readonly positive: Float32Array;
  readonly negative: Float32Array;
  /** Rényi's, of order 2, of the positive model from the negative one: of the place, whatever token is there. */
  readonly divergences: Float32Array;
  /** Nats: what lenses take off every ratio of this text, as a style of one of the two shifts all of them. */
  readonly centre: number;
}

export const NATS_PER_BIT = Math.LN2;

/** Rows of nothing known. */
export function emptyScores(rows: number, topK: number) {
  return {
    topK,
    logprobs: new Float32Array(rows).fill(NaN),
    entropiesNats: new Float32Array(rows).fill(NaN),
    entropyUppersNats: new Float32Array(rows).fill(NaN),
    varentropies: new Float32Array(rows).fill(NaN),
    ranks: new Uint32Array(rows),
    contexts: new Uint32Array(rows),
    topIds: new Uint32Array(rows * topK),
    topLogprobs: new Float32Array(rows * topK).fill(NaN),
  } satisfies Scores;
}

/** Copies rows [start, end) of `from` over the rows of `to` that begin at `at`. Both have one topK. */
export function copyScores(from: Scores, start: number, end: number, to: Scores, at: number): void {
  const k = to.topK;
  to.logprobs.set(from.logprobs.subarray(start, end), at);
  to.entropiesNats.set(from.entropiesNats.subarray(start, end), at);
  to.entropyUppersNats?.fill(NaN, at, at + end - start);
  if (from.entropyUppersNats)
    to.entropyUppersNats?.set(from.entropyUppersNats.subarray(start, end), at);
  to.varentropies.set(from.varentropies.subarray(start, end), at);
  to.ranks.set(from.ranks.subarray(start, end), at);
  to.contexts.set(from.contexts.subarray(start, end), at);
  to.topIds.set(from.topIds.subarray(start * k, end * k), at * k);
  to.topLogprobs.set(from.topLogprobs.subarray(start * k, end * k), at * k);
}

/** A copy of rows [start, end). */
export function sliceScores(scores: Scores, start: number, end: number): Scores {
  const slice = emptyScores(end - start, scores.topK);
  copyScores(scores, start, end, slice, 0);
  return slice;
}
