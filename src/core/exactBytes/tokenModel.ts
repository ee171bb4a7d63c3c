// The interface of a language model for exact byte probabilities.
import { answersOf, sumRow, type RowSums } from './rowSums';

/** A token after a trunk, or after another token there. */
export interface PathNode {
  /** Index of the parent node, or -1. */
  readonly parent: number;
  readonly token: number;
}

/** [token], nats: the log-probability of each next token. May be longer than the vocabulary. */
export type LogprobRow = Float32Array | Float64Array;

/** A row of which the likeliest tokens may be all that is looked at. */
export interface RawRow {
  /** [token], ordered as the log-probabilities are, less a number that all have. */
  readonly scores: LogprobRow;
  /** Made anew by each call. */
  logprobs(): LogprobRow;
}

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

  /** The same rows, for who looks at few of them: log-probabilities of many tokens take longer than the model's own. */
  rawRows?(
    trunk: readonly number[],
    nodes: readonly PathNode[],
    wanted: readonly number[],
  ): Promise<readonly RawRow[]>;

  /**
   * What sums ask of rows, one after the other, as `sumRow` answers it. For a model whose rows are costly to hand over;
   * others are asked for the rows.
   */
  sums?(
    trunk: readonly number[],
    nodes: readonly PathNode[],
    sums: readonly RowSums[],
    order: Uint32Array,
  ): Promise<Float64Array>;
}

/** The rows of a model, made when they are asked for where it can do so. */
export async function rawRowsOf(
  model: TokenModel,
  trunk: readonly number[],
  nodes: readonly PathNode[],
  wanted: readonly number[],
): Promise<readonly RawRow[]> {
  if (model.rawRows) return model.rawRows(trunk, nodes, wanted);
  const rows = await model.rows(trunk, nodes, wanted);
  return rows.map(row => ({ scores: row, logprobs: () => row }));
}

/** The answers to sums, made by the model or from its rows. */
export async function sumsOf(
  model: TokenModel,
  trunk: readonly number[],
  nodes: readonly PathNode[],
  sums: readonly RowSums[],
  order: Uint32Array,
): Promise<Float64Array> {
  if (model.sums) return model.sums(trunk, nodes, sums, order);
  const wanted = sums.map(({ node }) => node);
  const rows = await model.rows(trunk, nodes, wanted);
  const answers = new Float64Array(sums.reduce((count, each) => count + answersOf(each), 0));
  let at = 0;
  for (const [i, each] of sums.entries()) {
    sumRow(rows[i]!, order, each, answers.subarray(at));
    at += answersOf(each);
  }
  return answers;
}
