// What can be read off the layers of a model while it runs over a window: small numbers for each token, made where the
// activations are. Positions and keys count the model's inputs, a start token included.

/**
 * A tuned lens (Belrose et al. 2023, arXiv:2303.08112): a translator for the residual stream after each block but the
 * last, h + W h + b.
 */
export interface TunedLens {
  /** Of the model that it was trained for, as its configuration has it. */
  readonly name: string;
  readonly folder: string;
  readonly width: number;
  /** [layer but the last] */
  readonly translators: readonly Translator[];
}

export interface Translator {
  /** W: [out, in], row by row. */
  readonly weight: Float32Array;
  /** b: [out] */
  readonly bias: Float32Array;
}

/**
 * What each layer would predict, through the model's own last norm and head: the logit lens (nostalgebraist 2020), or
 * through the translators of a tuned lens before them.
 */
export interface LadderRows {
  /** Blocks. The last one's row is the model's own. */
  readonly layers: number;
  readonly topK: number;
  /** [row, layer, topK], likeliest first, and nats. */
  readonly topIds: Uint32Array;
  readonly topLogprobs: Float32Array;
  /** [row, layer], nats: of the row's target. */
  readonly logprobs: Float32Array;
}

/** Where each token looks. */
export interface AttentionRows {
  readonly layers: number;
  readonly heads: number;
  /** [row, layer, head], nats. */
  readonly entropies: Float32Array;
  /** The same of the weights without those on the first input, made to add up to 1; NaN where nothing is left. */
  readonly entropiesWithoutSink: Float32Array;
  /** [row, layer, head]: the weight on the first input. */
  readonly sinks: Float32Array;
  /** [row, layer, head]: the weight on the nearest keys, a share of all that the token sees. */
  readonly locals: Float32Array;
}

/** The weights from one token, and to it, by layer and head. */
export interface AttentionAt {
  readonly layers: number;
  readonly heads: number;
  /** [layer, head, key]: how much it looks at each input up to itself. */
  readonly from: Float32Array;
  /** [layer, head, query]: how much each input from itself on looks at it. */
  readonly to: Float32Array;
}

/** What the routers of a mixture of experts say of each input. */
export interface RoutingRows {
  /** [router]: its layer, from 0. */
  readonly layers: readonly number[];
  readonly experts: number;
  /** Experts that compute each token. */
  readonly chosen: number;
  /** [router], each [input, expert]. */
  readonly logits: readonly Float32Array[];
}

/** A number for each input of a window. */
export type InputNumbers = Float32Array;

/** The layer that is read, from 0; undefined: the mean of all for attention, the last one for states. */
export interface OfLayer {
  readonly layer?: number | undefined;
}

/** Readings by their names: what each is asked with, and what it answers. */
export interface Readings {
  /** Rows before `from` stay unread. Where it is inside a chunk, the last bits of that chunk's rows depend on it. */
  ladder: {
    asked: { readonly topK: number; readonly from?: number; readonly lens?: TunedLens };
    answer: LadderRows;
  };
  attention: { asked: { readonly share: number }; answer: AttentionRows };
  attentionAt: { asked: { readonly position: number }; answer: AttentionAt };
  coreTokens: { asked: OfLayer & { readonly group: number }; answer: InputNumbers };
  attentionRank: {
    asked: OfLayer & { readonly iterations: number; readonly withoutSink: boolean };
    answer: InputNumbers;
  };
  energy: {
    asked: OfLayer & { readonly form: 'elu' | 'gaussian'; readonly margin: number };
    answer: InputNumbers;
  };
  drift: { asked: OfLayer; answer: InputNumbers };
  routing: { asked: object; answer: RoutingRows };
  /** Of an encoder with a delete gate: its values, from its scale, which deletes, to 0, which keeps. */
  gate: { asked: object; answer: InputNumbers };
}
export type ReadingId = keyof Readings;

export type Reading<K extends ReadingId = ReadingId> = {
  [I in K]: { readonly kind: I } & Readings[I]['asked'];
}[K];
export type ReadingAnswer<K extends ReadingId = ReadingId> = Readings[K]['answer'];
