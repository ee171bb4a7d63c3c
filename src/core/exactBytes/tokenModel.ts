// The interface of a language model for exact byte probabilities.

/** A token after a trunk, or after another token there. */
export interface PathNode {
  /** Index of the parent node, or -1. */
  readonly parent: number;
  readonly token: number;
}

/** [token], nats: the log-probability of each next token. May be longer than the vocabulary. */
export type LogprobRow = Float32Array | Float64Array;

export interface TokenModel {
  /** The tokens that end a text. */
  readonly ends: readonly number[];
  /**
   * The rows after the wanted nodes of a tree, in their order: after `trunk` and the node's path. Nodes come after
   * their parents; the first is the end of the trunk and has no token (-1). A start token that the model needs is added
   * before the trunk by the implementation.
   */
  rows(
    trunk: readonly number[],
    nodes: readonly PathNode[],
    wanted: readonly number[],
  ): Promise<readonly LogprobRow[]>;
}
