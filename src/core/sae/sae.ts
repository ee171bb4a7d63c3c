// A sparse autoencoder (or transcoder) as every published format is read into it, and the few ways in which
// they differ: how the input is normalised, and which features stay on.

/**
 * With d numbers in, F features, d' numbers out:
 *   h = norm(x) - shift;  u = h · encoder + encoderBias;  z = activation(u)
 *   x̂ = norm⁻¹(z · decoder + decoderBias) + x · skip
 * What a format scales (by its decoder's row lengths, by a constant of its training data) is in the weights.
 */
export interface Sae {
  /** For people: the format and, where its files say so, the name. */
  readonly name: string;
  readonly width: number;
  readonly outWidth: number;
  readonly features: number;
  /** [d, F] */
  readonly encoder: Float32Array;
  /** [F] */
  readonly encoderBias: Float32Array;
  /** [d]; null: nothing is taken off. */
  readonly shift: Float32Array | null;
  /** [F, d'] */
  readonly decoder: Float32Array;
  /** [d'] */
  readonly decoderBias: Float32Array;
  /** [d, d']; of transcoders with a linear path beside the features. */
  readonly skip: Float32Array | null;
  readonly norm: NormKind;
  readonly activation: Activation;
  readonly source: SaeSource;
}

/** What an autoencoder's files say of where it reads; null where they do not. */
export interface SaeSource {
  /** In the spelling of TransformerLens: `blocks.1.hook_resid_post`. */
  readonly hook: string | null;
  /** Where a transcoder's output belongs; the hook itself for an autoencoder. */
  readonly hookOut: string | null;
  /** The language model that it was trained on. */
  readonly model: string | null;
  /** Tokens in a window of its training data. */
  readonly contextTokens: number | null;
  /** The first position of a window, the start token counted, that it was trained on. */
  readonly firstPosition: number;
  /** Whether it was trained on residuals less their mean, as TransformerLens makes them for LayerNorm models. */
  readonly centred: boolean;
  /** [F], share of tokens; null where the files do not say. */
  readonly density: Float32Array | null;
}

/**
 * constantNorm: x · √d / |x|. layerNorm: (x - mean) / (sd + 1e-5), sd of the sample (d - 1).
 * centre: x - mean, and the output stays so.
 */
export type NormKind = 'none' | 'constantNorm' | 'layerNorm' | 'centre';

export type Activation =
  /** u where u > threshold [F], which is never below 0; ReLU has thresholds of 0. */
  | { readonly kind: 'threshold'; readonly threshold: Float32Array }
  /** The k largest u, if positive. */
  | { readonly kind: 'topK'; readonly k: number }
  /** The largest u of each of k runs of F / k neighbours, if positive. */
  | { readonly kind: 'groupMax'; readonly k: number }
  /**
   * u · scale + bias, if positive, where u > gate; u has no bias of its own. (The encoder is computed once for
   * both of a gated autoencoder's paths.)
   */
  | {
      readonly kind: 'gated';
      readonly gate: Float32Array;
      readonly scale: Float32Array;
      readonly bias: Float32Array;
    };
