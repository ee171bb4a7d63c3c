// Positions whose features are meaningless: an autoencoder that was not trained on a model's first positions fires
// absurdly on them, and the very first position has activations unlike any other.
import type { Sae } from './sae';

/** The number of masked tokens at the beginning of a window; `startTokens` come before them. */
export function maskedIn({ source }: Sae, startTokens: number): number {
  return Math.max(0, Math.max(1, source.firstPosition) - startTokens);
}
