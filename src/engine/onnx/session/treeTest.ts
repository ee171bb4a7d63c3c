// Compares a tree in one run with a run for each of its paths, to check that the graph obeys the tree's mask.
import type { PathNode } from '../../../core/exactBytes/tokenModel';
import { SCORING } from '../rewrite/scoring';
import { selfTestRow, maxAbsDifference } from './selfTestRows';
import type { SelfTestRow } from '../../../protocol/models';
import { forwardTree } from './forwardTree';
import type { GraphSession } from './graphSession';
import { PrefixCache } from './keyValues';

const PREFIX_TOKENS = 6;
/** Siblings, a path of three, and nodes in front of the ancestors of others. */
const PARENTS = [-1, 0, 0, 1, 2, 1, 4];
/** Nodes of its longest path, without the prefix's end. */
const DEPTH = 3;
/** Tokens of a context that the test fits into. */
export const SHORTEST_TREE_TEST = DEPTH + 1;

/** The largest difference of logits. */
export async function treeTest(
  session: GraphSession,
  vocabSize: number,
  contextTokens = Infinity,
): Promise<SelfTestRow> {
  const some = (i: number) => (11 + i * 6089) % vocabSize;
  const prefix = Uint32Array.from(
    { length: Math.min(PREFIX_TOKENS, contextTokens - DEPTH) },
    (_, i) => some(i),
  );
  const nodes = PARENTS.map((parent, i) => ({ parent, token: parent < 0 ? -1 : some(50 + i) }));
  const wanted = [...nodes.keys()];
  const cache = new PrefixCache(session.graph.roles.past, 0);
  const caches = { chunks: cache, prefixes: cache };
  const together = await forwardTree(session, caches, vocabSize, { prefix, nodes, wanted });
  const apart = new Float32Array(together.length);
  for (const node of wanted) {
    const ids = Uint32Array.of(...prefix, ...pathTo(nodes, node));
    const { fetched } = await session.run({
      ids,
      past: session.emptyKeyValues,
      firstRow: ids.length - 1,
      topK: 1,
      fetch: [SCORING.logits],
    });
    apart.set(fetched.get(SCORING.logits)!, node * vocabSize);
  }
  return selfTestRow(
    'A tree in one run against separate runs',
    'logits',
    1e-3,
    maxAbsDifference(together, apart),
  );
}

function pathTo(nodes: readonly PathNode[], node: number): number[] {
  const { parent, token } = nodes[node]!;
  return parent < 0 ? [] : [...pathTo(nodes, parent), token];
}
