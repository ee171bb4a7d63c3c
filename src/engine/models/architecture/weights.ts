// The weights of a decoder under one set of names, wherever they lie. The builder of graphs asks for each once, by its
// place in the architecture; a source (safetensors, GGUF) knows what its format calls it.

/**
 * Of one block. `queryKeyValue` is asked for in place of the three where a source keeps them in one product; `router` is
 * a product whose outputs are experts, each with a `gate`, `up` and `down` of its own.
 */
export const LAYER_WEIGHTS = [
  'attentionNorm',
  'query',
  'key',
  'value',
  'queryKeyValue',
  'queryNorm',
  'keyNorm',
  'attentionOutput',
  'attentionPostNorm',
  'mlpNorm',
  'router',
  'gate',
  'up',
  'down',
  'mlpPostNorm',
] as const;
export type LayerWeight = (typeof LAYER_WEIGHTS)[number];

/** Of the model: the tables [vocabulary, width] and [positions, width], the last norm, and the head where it is not tied. */
export const MODEL_WEIGHTS = ['tokens', 'positions', 'finalNorm', 'head'] as const;
export type ModelWeight = (typeof MODEL_WEIGHTS)[number];

export interface WeightName {
  /** Null for those of the model as a whole. */
  readonly layer: number | null;
  /** Of a layer with a router, whose gate, up or down it is. */
  readonly expert?: number;
  readonly role: LayerWeight | ModelWeight;
  readonly part: 'weight' | 'bias';
}

export interface Weight {
  /**
   * As it is stored, of products [outputs, inputs] in the order of rows; [inputs, outputs] where `isTransposed`. A bias
   * and a norm: [width].
   */
  readonly shape: readonly number[];
  /** GPT-2 keeps its products so. */
  readonly isTransposed?: boolean;
  readonly data: WeightData;
  /** What the source calls it, for messages. */
  readonly name: string;
  /** Of a product: what an adapter adds to it. */
  readonly lowRank?: LowRank;
}

/** The weight is W + scale·up·down (LoRA, arXiv 2106.09685), which is computed as W·x + scale·up·(down·x). */
export interface LowRank {
  /** [rank, inputs] */
  readonly down: Weight;
  /** [outputs, rank] */
  readonly up: Weight;
  readonly scale: number;
}

export type WeightData =
  /** In a file, little-endian, in the order of rows. `length` is in bytes: that of the shape exactly. */
  | {
      readonly kind: 'file';
      /** Absolute. */
      readonly path: string;
      readonly offset: number;
      readonly length: number;
      readonly type: 'float32' | 'float16' | 'bfloat16';
    }
  /** In memory; copied into the graph, so for small ones. */
  | { readonly kind: 'values'; readonly values: Float32Array }
  | WeightBlocks;

/** Of a product, in a file: w = scale·(q - 8) + offset for blocks of 32 inputs, where q has 4 bits. */
export interface WeightBlocks {
  readonly kind: 'blocks';
  /** Absolute. */
  readonly path: string;
  /** uint8 [outputs, inputs / 32, 16]: byte i has input 2 i of its block in its low half, 2 i + 1 in its high one. */
  readonly numbers: FilePart;
  /** float32 [outputs, inputs / 32] */
  readonly scales: FilePart;
  /** The same; null: all are 0. */
  readonly offsets: FilePart | null;
}

/** In bytes. */
export interface FilePart {
  readonly offset: number;
  readonly length: number;
}

export interface Weights {
  /**
   * How queries, keys and values are kept: three products; or one whose outputs are all queries, all keys, all values
   * (`blocks`); or one whose outputs are, head by head, its query, its key and its value (`heads`, GPT-NeoX).
   */
  readonly queryKeyValue: 'apart' | 'blocks' | 'heads';
  /** Throws `UserError` that names the weight if there is none, or what is there cannot be read. */
  weight(name: WeightName): Weight;
}
