// Feature data for the views and the command line: plain data, produced by the engine.
import type { Label } from './featureLabels';

/** The largest number of pinned features: more channels could not be distinguished. */
export const CHANNELS = 6;
/** The number of strengths in which a pinned feature is drawn. */
export const CHANNEL_STEPS = 3;

/** A feature pinned to a channel. Values below the threshold, a share of the feature's maximum, are not drawn. */
export interface Pin {
  readonly feature: number;
  readonly threshold: number;
}

/** For a range of tokens, [row]. */
export interface TokenFeatures {
  /**
   * The highest value of a feature as a share of its maximum, without dense features; 0: none is on, NaN: unknown or
   * masked.
   */
  readonly strongest: Float32Array;
  /** The feature with that value; -1: none. */
  readonly strongestFeature: Int32Array;
  /**
   * How unusually high the feature is that is most so, without dense ones: the share of its own values, where it fires, that
   * are lower; where their distribution is not known, the value as a share of its maximum. 0 and NaN as above.
   */
  readonly unusual: Float32Array;
  /** The feature with that number; -1: none. */
  readonly unusualFeature: Int32Array;
  /** Whether the distributions of values are known. */
  readonly byDistribution: boolean;
  /** channel * CHANNEL_STEPS + strength of the strongest pinned feature; NaN: none. */
  readonly channel: Float32Array;
  /** |x - x̂| / |x|; NaN if unknown or masked, and for transcoders. */
  readonly unexplained: Float32Array;
}

/** A feature as named in lists. */
export interface FeatureName {
  readonly feature: number;
  readonly label: Label;
  /** The share of tokens in its training data where it fires; null if unknown. */
  readonly density: number | null;
  /** The highest value in its training data, or in what was encoded since it was opened if that is unknown. */
  readonly max: number | null;
}

/** A feature at one token. */
export interface FeatureAt extends FeatureName {
  readonly value: number;
  /** The tokens that it raises and lowers most by itself, in standard deviations over the vocabulary. */
  readonly raises: readonly LogitEffect[];
  readonly lowers: readonly LogitEffect[];
}

export interface LogitEffect {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly score: number;
}

export function strengthStep(share: number): number {
  return Math.min(CHANNEL_STEPS - 1, Math.max(0, Math.floor(share * CHANNEL_STEPS)));
}
