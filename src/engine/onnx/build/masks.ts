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

/** [tokens, seen]: no token attends to a later one. All layers add this one last, where a tree's mask replaces it. */
export function causalMask(graph: GraphWriter, { past, seen }: RunLengths): string {
  const keys = graph.op('Range', [graph.int(0), seen, graph.int(1)], 'mask/keys');
  const rows = graph.op('Range', [past, seen, graph.int(1)], 'mask/rows');
  const queries = graph.op('Unsqueeze', [rows, graph.ints(1)], 'mask/queries');
  const isLater = graph.op('Greater', [keys, queries], 'mask/later');
  return graph.op('Where', [isLater, graph.float(HIDDEN), graph.float(0)], 'mask');
}

/**
 * [tokens, seen]: no token attends to one that is `window` positions before it. By positions, not by rows: in a tree,
 * siblings have the same position. What is cached is a text, so that its rows are its positions.
 */
export function windowMask(
  graph: GraphWriter,
  { past }: RunLengths,
  positionIds: string,
  window: number,
): string {
  const name = `window_${window}`;
  const before = graph.op('Range', [graph.int(0), past, graph.int(1)], `${name}/past`);
  const own = graph.op('Reshape', [positionIds, graph.ints(-1)], `${name}/own`);
  const keys = graph.op('Concat', [before, own], `${name}/keys`, { axis: { int: 0 } });
  const queries = graph.op('Unsqueeze', [own, graph.ints(1)], `${name}/queries`);
  const distance = graph.op('Sub', [queries, keys], `${name}/distance`);
  const isFar = graph.op('Greater', [distance, graph.int(window - 1)], `${name}/far`);
  return graph.op('Where', [isFar, graph.float(HIDDEN), graph.float(0)], name);
}
