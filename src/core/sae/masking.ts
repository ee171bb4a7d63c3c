// Positions whose features say nothing: an autoencoder that was not trained on a model's first positions fires
// absurdly on them, and the first position of all has activations like no other.
import type { Sae } from './sae';

/** How many tokens at the beginning of a window are masked; `startTokens` stand before them. */
export function maskedIn({ source }: Sae, startTokens: number): number {
  return Math.max(0, Math.max(1, source.firstPosition) - startTokens);
}
