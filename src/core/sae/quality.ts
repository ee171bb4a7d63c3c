// How much of a text's activations an autoencoder explains, and which features characterise a text.
import { rowCount, type FeatureRows } from './sparseRows';

export interface Quality {
  /** The number of tokens that are not masked. */
  readonly tokens: number;
  /** Fraction of variance unexplained: Σ|x - x̂|² / Σ|x - x̄|², x̄ over these tokens; NaN if there is no variance. */
  readonly fvu: number;
  /** Average number of features on per token; NaN where all are masked. */
  readonly l0: number;
}

/** Above this, the autoencoder does not fit the model, or not this hook point. */
export const SUSPICIOUS_FVU = 0.5;

export function qualityOf(parts: readonly { rows: FeatureRows; masked: number }[]): Quality {
  let tokens = 0;
  let on = 0;
  let error = 0;
  let squares = 0;
  let sum: Float64Array | undefined;
  for (const { rows, masked } of parts) {
    const count = rowCount(rows);
    if (count === 0) continue;
    const width = rows.activations.length / count;
    sum ??= new Float64Array(width);
    for (let token = masked; token < count; token++) {
      tokens++;
      on += rows.starts[token + 1]! - rows.starts[token]!;
      error += rows.errors[token]! ** 2;
      squares += rows.norms[token]! ** 2;
      for (let i = 0; i < width; i++) sum[i]! += rows.activations[token * width + i]!;
    }
  }
  const mean = sum?.reduce((total, value) => total + (value / (tokens || 1)) ** 2, 0) ?? 0;
  const spread = squares - tokens * mean;
  return { tokens, fvu: spread > 0 ? error / spread : NaN, l0: on / tokens };
}

/** How much a feature stands out in a text: high values of a feature that rarely fires score high. */
export function surpriseOf(value: number, density: number): number {
  return value * Math.log(1 / Math.max(density, 1e-9));
}
