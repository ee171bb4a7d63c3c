// A backend as exact probabilities of bytes ask it: rows and sums of a tree of tokens after a prompt.
import { logSoftmax } from '../../core/exactBytes/logSum';
import type { PathNode, TokenModel } from '../../core/exactBytes/tokenModel';
import { depthOf, needed, type Backend } from './backend';

/** What a model is given before a text, besides its own start. */
export interface PromptPrefix {
  readonly root: readonly number[];
  /** Tokens that end a text there, besides the model's own. */
  readonly ends: readonly number[];
  /** Reports how many tokens went through the model, of how many that a request is about. */
  onRan?(tokens: number, all: number): void;
}

export interface TreeModel {
  readonly backend: Backend;
  /** Tokens that end a text. */
  readonly ends: readonly number[];
  /** Runs a request in its turn. */
  request<T>(work: (backend: Backend) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The tokens after the model's own start. Throws `UserError` where that is nothing at all. */
  prefixOf(tokens: readonly number[]): Uint32Array;
  /** Why a run of so many tokens failed. */
  explained(error: unknown, tokens: number): unknown;
}

/** Requests after `signal` is aborted throw `Cancelled`. */
export function askedTrees(
  { backend: { vocabSize, sums }, ends, request, prefixOf, explained }: TreeModel,
  before: PromptPrefix,
  signal?: AbortSignal,
): TokenModel {
  const after = (trunk: readonly number[]) => prefixOf([...before.root, ...trunk]);
  const run = <T>(prefix: Uint32Array, nodes: readonly PathNode[], begun: Promise<T>) =>
    begun.catch(error => {
      throw explained(error, prefix.length + depthOf(nodes));
    });
  const rawRows: NonNullable<TokenModel['rawRows']> = (trunk, nodes, wanted) =>
    request(async backend => {
      const prefix = after(trunk);
      const tree = nodes.map(({ parent, token }) => ({ parent, token }));
      const begun = needed(backend.tree)({ prefix, nodes: tree, wanted }, signal);
      const { logits, ran } = await run(prefix, nodes, begun);
      before.onRan?.(ran, prefix.length + nodes.length - 1);
      return wanted.map((_, i) => {
        const scores = logits.subarray(i * vocabSize, (i + 1) * vocabSize);
        return {
          scores,
          logprobs: () => (backend.givesLogprobs ? scores : logSoftmax(scores)),
        };
      });
    }, signal);
  return {
    ends: [...new Set([...ends, ...before.ends])].filter(id => id < vocabSize),
    rows: async (...asked) => (await rawRows(...asked)).map(row => row.logprobs()),
    rawRows,
    ...(sums && {
      sums: (trunk, nodes, sums, order) =>
        request(async backend => {
          const prefix = after(trunk);
          return run(prefix, nodes, backend.sums!({ prefix, nodes, sums, order }, signal));
        }, signal),
    }),
  };
}
