// Attention with random weights, whose rows sum to 1 as those of a softmax do.
import type { Random } from './toys';

export const causal = (query: number, key: number) => key <= query;
export const everywhere = () => true;

/**
 * Flat [heads, tokens, seen]; the queries are the last ones of `seen` positions. `sharpness` is the standard range of the scores:
 * 0 is uniform. Weights are 0 where a query does not see a key.
 */
export function randomAttention(
  random: Random,
  { heads, tokens, seen }: { heads: number; tokens: number; seen: number },
  sees: (query: number, key: number) => boolean = causal,
  sharpness = 4,
): Float32Array {
  const weights = new Float32Array(heads * tokens * seen);
  for (let row = 0; row < heads * tokens; row++) {
    const query = seen - tokens + (row % tokens);
    const scores = Array.from({ length: seen }, (_, key) =>
      sees(query, key) ? Math.exp(sharpness * random()) : 0,
    );
    const sum = scores.reduce((a, b) => a + b, 0);
    weights.set(
      scores.map(score => score / sum),
      row * seen,
    );
  }
  return weights;
}

export const randomFloats = (random: Random, length: number, scale = 1) =>
  Float32Array.from({ length }, () => scale * (2 * random() - 1));
