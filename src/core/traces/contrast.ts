// The contrast of a pair of models for a token: contrastive estimation (Lin et al., "Critical Tokens Matter", 2025,
// arXiv 2411.19943), as its definition and as the sum that explains it. All in nats.
//
//   s = softmax_v((1 + b) z+_v - b z-_v)[y]
//   -log s = -log p+(y) + b (log p-(y) - log p+(y)) + b D(p+ || p-),  D Rényi's divergence of order 1 + b
import { LogSum } from '../exactBytes/logSum';
import type { LogprobRow } from '../exactBytes/tokenModel';

export interface TokenContrast {
  /** log p+(y) and log p-(y). */
  readonly positive: number;
  readonly negative: number;
  /**
   * D(p+ || p-), of order 1 + b: at least 0, independent of the token. Infinite if p- excludes something that p+
   * allows.
   */
  readonly divergence: number;
}

/** The default b: how strongly the negative model is subtracted. */
export const STRENGTH = 1;

/**
 * `positive` and `negative`: log-probabilities of one vocabulary. One may have more rows after it, which pad the weights
 * and stand for no token: they are not part of the divergence.
 */
export function contrastOf(
  positive: LogprobRow,
  negative: LogprobRow,
  token: number,
  b = STRENGTH,
): TokenContrast {
  const sum = new LogSum();
  const tokens = Math.min(positive.length, negative.length);
  for (let id = 0; id < tokens; id++) {
    if (positive[id]! > -Infinity) sum.add((1 + b) * positive[id]! - b * negative[id]!);
  }
  return {
    positive: positive[token]!,
    negative: negative[token]!,
    // Rounding may make it slightly negative.
    divergence: Math.max(0, sum.value / b),
  };
}

/** Positive if the negative model prefers the token. */
export function logRatioOf({ positive, negative }: TokenContrast): number {
  return negative - positive;
}

/** -log s: high for tokens that the pair points at. */
export function contrastScore(token: TokenContrast, b = STRENGTH): number {
  return -token.positive + b * (logRatioOf(token) + token.divergence);
}
