// What each token of a run may attend to, as numbers that are added to the products of queries and keys: 0, or so low
// that nothing is left.
import { HIDDEN } from '../rewrite/treeMask';
import type { GraphWriter } from './graphWriter';

/** Values that all layers share. */
export interface RunLengths {
  /** int64 scalars: tokens that are cached, tokens of the run, and both together. */
  readonly past: string;
  readonly tokens: string;
  readonly seen: string;
}

export function runLengths(graph: GraphWriter, ids: string, firstPast: string): RunLengths {
  const lengthOf = (input: string, axis: number, name: string) => {
    const shape = graph.op('Shape', [input], `${name}/shape`);
    return graph.op('Gather', [shape, graph.int(axis)], name, { axis: { int: 0 } });
  };
  const past = lengthOf(firstPast, 2, 'past');
  const tokens = lengthOf(ids, 1, 'tokens');
  return { past, tokens, seen: graph.op('Add', [past, tokens], 'seen') };
}

/**
 * [tokens, seen]: no token attends to a later one, nor to one that is `window` rows before it; null: to all before. Layers
 * add it directly before their `Softmax`, where the bias of a tree takes its place (`../rewrite/treeMask.ts`): in a tree,
 * rows are no positions.
 */
export function mask(
  graph: GraphWriter,
  { past, seen }: RunLengths,
  window: number | null,
): string {
  const name = window === null ? 'mask' : `mask_${window}`;
  const keys = graph.op('Range', [graph.int(0), seen, graph.int(1)], `${name}/keys`);
  const rows = graph.op('Range', [past, seen, graph.int(1)], `${name}/rows`);
  const queries = graph.op('Unsqueeze', [rows, graph.ints(1)], `${name}/queries`);
  const isLater = graph.op('Greater', [keys, queries], `${name}/later`);
  let isHidden = isLater;
  if (window !== null) {
    const distance = graph.op('Sub', [queries, keys], `${name}/distance`);
    const isFar = graph.op('Greater', [distance, graph.int(window - 1)], `${name}/far`);
    isHidden = graph.op('Or', [isLater, isFar], `${name}/hidden`);
  }
  return graph.op('Where', [isHidden, graph.float(HIDDEN), graph.float(0)], name);
}
