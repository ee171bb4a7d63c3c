// One number per token about the features that fire there, for lenses.
import { CHANNEL_STEPS, strengthStep, type Pin, type TokenFeatures } from './featureValues';
import type { FeatureRows } from './sparseRows';

export interface KnownTokenRows {
  readonly first: number;
  readonly rows: FeatureRows;
  readonly masked: number;
}

export interface FeatureStatistics {
  maxOf(feature: number): number;
  densityOf(feature: number): number;
  /** The share of the feature's values, where it fires, that are lower; undefined where that is not known of any feature. */
  readonly rankOf?: ((feature: number, value: number) => number) | undefined;
}

/** For tokens [first, end), from what is known of them. */
export function tokenFeaturesOf(
  parts: readonly KnownTokenRows[],
  first: number,
  end: number,
  figures: FeatureStatistics,
  pins: readonly Pin[],
  densityCutoff: number,
): TokenFeatures {
  const count = end - first;
  const out = {
    strongest: new Float32Array(count).fill(NaN),
    strongestFeature: new Int32Array(count).fill(-1),
    unusual: new Float32Array(count).fill(NaN),
    unusualFeature: new Int32Array(count).fill(-1),
    byDistribution: figures.rankOf !== undefined,
    channel: new Float32Array(count).fill(NaN),
    unexplained: new Float32Array(count).fill(NaN),
  };
  const channels = new Map(pins.map((pin, channel) => [pin.feature, { ...pin, channel }]));
  for (const { first: from, rows, masked } of parts) {
    for (let token = masked; token < rows.norms.length; token++) {
      const row = from + token - first;
      if (row < 0 || row >= count) continue;
      out.unexplained[row] = rows.errors[token]! / (rows.norms[token]! || 1);
      out.strongest[row] = 0;
      out.unusual[row] = 0;
      let pinned = 0;
      for (let i = rows.starts[token]!; i < rows.starts[token + 1]!; i++) {
        const feature = rows.features[i]!;
        const share = rows.values[i]! / (figures.maxOf(feature) || rows.values[i]!);
        // An unknown density excludes nothing.
        if (!(figures.densityOf(feature) > densityCutoff)) {
          if (share > out.strongest[row]) {
            out.strongest[row] = share;
            out.strongestFeature[row] = feature;
          }
          const rank = figures.rankOf?.(feature, rows.values[i]!) ?? share;
          if (rank > out.unusual[row]) {
            out.unusual[row] = rank;
            out.unusualFeature[row] = feature;
          }
        }
        const pin = channels.get(feature);
        if (!pin || share < pin.threshold || share <= pinned) continue;
        pinned = share;
        out.channel[row] = pin.channel * CHANNEL_STEPS + strengthStep(share);
      }
    }
  }
  return out;
}
