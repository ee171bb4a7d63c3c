// What `tokenscope trace --sample` says of a token. The field names are an interface: docs/cli.md documents them.

/** Offsets are those of what the model wrote. What is unknown is null, and no field but `normalized` is ever absent. */
export interface TraceToken {
  /** From 0, of the tokens of what the model wrote. */
  readonly index: number;
  /** In the model's vocabulary; null for tokens of the file. */
  readonly id: number | null;
  /** Hex. */
  readonly bytes: string;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly utf16Start: number;
  readonly utf16End: number;
  readonly normalized?: boolean;
  /** For people. */
  readonly text: string;
  /** Nats. */
  readonly logprob: number | null;
  /** Bits. */
  readonly surprisal: number | null;
  /** Bits; null where only the bounds are known. */
  readonly entropy: number | null;
  readonly entropyLow: number | null;
  readonly entropyHigh: number | null;
  /** Bits². */
  readonly varentropy: number | null;
  /** Bits: the likeliest token's log-probability less this one's. */
  readonly gap: number | null;
  /** 1 is the likeliest. */
  readonly rank: number | null;
  /** Tokens before this one that the model saw. */
  readonly context: number | null;
  readonly top:
    | readonly {
        readonly id: number | null;
        readonly bytes: string;
        readonly logprob: number | null;
      }[]
    | null;
  /** raw: the model's own probabilities. sampled: those after temperature, top-p and the like. */
  readonly space: 'raw' | 'sampled';
  /** Nats: the log-probabilities that a pair of models gives the token. */
  readonly positive: number | null;
  readonly negative: number | null;
  /** Nats; above 0 the negative model likes the token more. */
  readonly ratio: number | null;
  /** Nats: Rényi's, of order 2, of the positive model from the negative one. */
  readonly divergence: number | null;
  /** Nats: -positive + ratio + divergence. */
  readonly contrast: number | null;
}

/** Where a prefix that ends with the token was rolled out; null elsewhere. */
export interface RolloutFields {
  /** The share of rollouts that come to the right answer, and its 95 % interval. */
  readonly success: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** How many rollouts there were. */
  readonly n: number | null;
  /** Why there is no share, for people; null where there is one. */
  readonly problem: string | null;
}

export const noContrast = {
  positive: null,
  negative: null,
  ratio: null,
  divergence: null,
  contrast: null,
};
