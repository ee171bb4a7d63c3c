// What exact probabilities of bytes need of a language model.

/** A token behind a trunk, or behind another token there. */
export interface PathNode {
  /** Index of the node before it, or -1. */
  readonly parent: number;
  readonly token: number;
}

/** [token], nats: the log-probability of each token to come next. It may be longer than the vocabulary. */
export type LogprobRow = Float32Array | Float64Array;

export interface TokenModel {
  /** The tokens that end a text. */
  readonly ends: readonly number[];
  /**
   * The rows behind the wanted nodes of a tree, in their order: after `trunk` and the node's path. Nodes come after
   * their parents; the first is the end of the trunk and has no token (-1). Where the model is shown a start of text, it comes before the trunk unsaid.
   */
  rows(
    trunk: readonly number[],
    nodes: readonly PathNode[],
    wanted: readonly number[],
  ): Promise<readonly LogprobRow[]>;
}
