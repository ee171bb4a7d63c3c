// A decoder as plain values: everything that its maths depends on besides the weights. It is read from a config.json or
// from the keys of a GGUF file, and one builder (src/engine/onnx/build) writes the graph from it.
//
// A block is one of
//   serial:   x = x + r·post(attention(pre(x))),  x = x + r·post(mlp(pre(x)))
//   parallel: x = x + r·(attention(pre(x)) + mlp(pre(x))), where both may share one norm

export interface Architecture {
  /** `model_type` of a config.json, or `general.architecture` of a GGUF file; for messages and the report. */
  readonly family: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  /** Positions that the model can hold, at least 1. */
  readonly contextTokens: number;
  readonly embedding: Embedding;
  /** One for each block. */
  readonly layers: readonly Layer[];
  /** Of blocks, and of the last one before the head. */
  readonly norm: Norm;
  readonly block: Block;
  readonly attention: Attention;
  readonly mlp: Mlp;
  readonly head: Head;
  /** What is not as the model was trained, for people: sentences with their periods. */
  readonly warnings: readonly string[];
}

export interface Embedding {
  /** Factor of a token's row: √hiddenSize in Gemma; 1 in most. */
  readonly scale: number;
  /** Rows of the table of learned positions, which are added to the tokens'; 0 where there is none. */
  readonly learnedPositions: number;
}

export interface Layer {
  /** The last tokens that one attends to, itself among them: positions q - window < k <= q; null: all. */
  readonly window: number | null;
  /** How queries and keys are turned by their position; null: not at all. */
  readonly rotary: Rotary | null;
  /** Factor of the products of queries and keys: 1/√headSize in most. */
  readonly attentionScale: number;
  /** Whether experts that are chosen for each token take the place of one MLP; null: they do not. */
  readonly routing: Routing | null;
}

/**
 * A mixture of experts, each an MLP as `mlp` says: p = softmax(router(x)), and the sum of p·expert(x) over the experts
 * with the largest p (Jiang et al. 2024, arXiv 2401.04088).
 */
export interface Routing {
  readonly experts: number;
  /** Of them, those that compute a token: at most `experts`. */
  readonly chosen: number;
  /** Whether the p of the chosen are divided by their sum. */
  readonly renormalises: boolean;
}

export interface Rotary {
  /**
   * Radians by which a position turns each pair of numbers: [turned / 2], where `turned` is even and at most the size of
   * a head; the numbers after these stay. All scaling that does not depend on the length of a text is in them.
   */
  readonly frequencies: readonly number[];
  /** Factor of cosines and sines, which YaRN and LongRoPE have; 1 in most. */
  readonly magnitude: number;
  /** `halves`: number i goes with i + turned / 2 (NEOX of llama.cpp); `neighbours`: 2 i with 2 i + 1 (NORM). */
  readonly pairs: 'halves' | 'neighbours';
}

export interface Norm {
  /** `rms`: x / √(mean x² + ε)·w; `layer`: (x - mean) / √(variance + ε)·w + b. */
  readonly kind: 'rms' | 'layer';
  readonly epsilon: number;
  /** `plusOne`: the stored weight is w - 1, as in Gemma's safetensors (not in its GGUF files); `none`: w = 1, as in OLMo. */
  readonly weight: 'stored' | 'plusOne' | 'none';
  readonly bias: boolean;
}

export interface Block {
  readonly kind: 'serial' | 'parallel';
  /** Norms of what attention and MLP read: one each, one for both (parallel blocks alone), or none (OLMo 2). */
  readonly before: 'each' | 'shared' | 'none';
  /** Whether what attention and MLP give is normed before it is added (Gemma 2 and 3, OLMo 2). */
  readonly after: boolean;
  /** Factor r of what is added to the residual stream; 1 in most. */
  readonly residualScale: number;
}

export interface Attention {
  readonly heads: number;
  /** Divides `heads`: each key and value is shared by heads / keyValueHeads consecutive heads. */
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** Of queries, keys and values; of the output. */
  readonly bias: { readonly queryKeyValue: boolean; readonly output: boolean };
  /** Queries, keys and values, perhaps normed, are cut to [-clip, clip] (OLMo); null: they are not. */
  readonly clip: number | null;
  /** cap·tanh(x / cap) of the scaled products of queries and keys (Gemma 2); null: none. */
  readonly softcap: number | null;
  /** Norm of queries and keys before they are turned; null: none. */
  readonly queryKeyNorm: QueryKeyNorm | null;
}

export interface QueryKeyNorm {
  /** `head`: of each head, with one weight [headSize] for all; `width`: of all heads together, weight [heads·headSize]. */
  readonly over: 'head' | 'width';
  readonly norm: Norm;
}

export interface Mlp {
  /** `gated`: down(activation(gate(x))·up(x)); `plain`: down(activation(up(x))). */
  readonly kind: 'gated' | 'plain';
  /** `gelu` is by the error function, `geluTanh` by tanh (Hendrycks and Gimpel 2016, arXiv 1606.08415). */
  readonly activation: 'silu' | 'gelu' | 'geluTanh' | 'relu';
  /** Of each expert where there are some. */
  readonly innerSize: number;
  readonly bias: boolean;
}

export interface Head {
  /** Whether it is the table of embeddings. */
  readonly tied: boolean;
  readonly bias: boolean;
  /** Factor of logits: 1 / `logits_scaling` in Granite; 1 in most. */
  readonly scale: number;
  /** cap·tanh(x / cap) of logits (Gemma 2); null: none. */
  readonly softcap: number | null;
}
