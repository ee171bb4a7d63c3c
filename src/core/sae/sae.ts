// A sparse autoencoder (or transcoder), the common form of every published format, and the few ways in which they
// differ: how the input is normalised, and which features stay on.

/**
 * With input width d, F features, output width d':
 *   h = norm(x) - shift;  u = h · encoder + encoderBias;  z = activation(u)
 *   x̂ = norm⁻¹(z · decoder + decoderBias) + x · skip
 * Scalings of a format (by its decoder's row lengths, by a constant of its training data) are folded into the weights.
 */
export interface Sae {
  /** For display: the format and, if its files contain it, the name. */
  readonly name: string;
  readonly width: number;
  readonly outWidth: number;
  readonly features: number;
  /** [d, F] */
  readonly encoder: Float32Array;
  /** [F] */
  readonly encoderBias: Float32Array;
  /** [d]; null: nothing is subtracted. */
  readonly shift: Float32Array | null;
  /** [F, d'] */
  readonly decoder: Float32Array;
  /** [d'] */
  readonly decoderBias: Float32Array;
  /** [d, d']; for transcoders with a linear path beside the features. */
  readonly skip: Float32Array | null;
  readonly norm: NormKind;
  readonly activation: Activation;
  readonly source: SaeSource;
}

/** Where an autoencoder's files say that it reads; null where they do not say. */
export interface SaeSource {
  /** In the notation of TransformerLens: `blocks.1.hook_resid_post`. */
  readonly hook: string | null;
  /** Where a transcoder writes its output; for an autoencoder, the hook itself. */
  readonly hookOut: string | null;
  /** The language model that it was trained on. */
  readonly model: string | null;
  /** What it is called on Neuronpedia, `model/source`. */
  readonly neuronpedia: string | null;
  /** Tokens per window of its training data. */
  readonly contextTokens: number | null;
  /** The first position of a window, counting the start token, that it was trained on. */
  readonly firstPosition: number;
  /** Whether it was trained on residuals minus their mean, as TransformerLens produces them for LayerNorm models. */
  readonly centred: boolean;
  /** [F], share of tokens; null if the files do not contain it. */
  readonly density: Float32Array | null;
}

/**
 * constantNorm: x · √d / |x|. layerNorm: (x - mean) / (sd + 1e-5), with the sample sd (d - 1).
 * centre: x - mean, and the mean is not added back to the output.
 */
export type NormKind = 'none' | 'constantNorm' | 'layerNorm' | 'centre';

export type Activation =
  /** u where u > threshold [F], which is never negative; ReLU has thresholds of 0. */
  | { readonly kind: 'threshold'; readonly threshold: Float32Array }
  /** The k largest u, if positive. */
  | { readonly kind: 'topK'; readonly k: number }
  /** The largest u of each of k groups of F / k adjacent features, if positive. */
  | { readonly kind: 'groupMax'; readonly k: number }
  /**
   * u · scale + bias, if positive, where u > gate; u has no bias of its own. (The encoder is computed once for both
   * paths of a gated autoencoder.)
   */
  | {
      readonly kind: 'gated';
      readonly gate: Float32Array;
      readonly scale: Float32Array;
      readonly bias: Float32Array;
    };
