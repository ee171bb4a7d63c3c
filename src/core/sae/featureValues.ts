// What the views and the command line are told of features: plain data, made by the engine.
import type { Label } from './featureLabels';

/** Most features that can be pinned: as many channels can be told apart. */
export const CHANNELS = 6;
/** A pinned feature is drawn in so many strengths. */
export const CHANNEL_STEPS = 3;

/** A feature that is pinned to a channel: what is below the threshold, a share of its maximum, is not drawn. */
export interface Pin {
  readonly feature: number;
  readonly threshold: number;
}

/** Of a run of tokens, [row]. */
export interface TokenFeatures {
  /** Highest value of a feature as a share of that feature's maximum, dense features aside; 0: none is on, NaN: not known, or masked. */
  readonly strongest: Float32Array;
  /** Which feature that is; -1: none. */
  readonly strongestFeature: Int32Array;
  /** channel * CHANNEL_STEPS + strength of the strongest pinned feature; NaN: none. */
  readonly channel: Float32Array;
  /** |x - x̂| / |x|; NaN as above, and for transcoders. */
  readonly unexplained: Float32Array;
}

/** A feature as lists name it. */
export interface FeatureName {
  readonly feature: number;
  readonly label: Label;
  /** Share of tokens of its training data where it fires; null where not known. */
  readonly density: number | null;
  /** Highest value there, or in this document where that is not known. */
  readonly max: number | null;
}

/** A feature at one token. */
export interface FeatureAt extends FeatureName {
  readonly value: number;
  /** Tokens that it raises and lowers most by itself, by standard deviations over the vocabulary. */
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
