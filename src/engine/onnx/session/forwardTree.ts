// The model's logits after each node of a small tree of tokens. The prefix runs in chunks as for scores, then the tree
// in one run in which each token attends to its own path only; token by token if the graph takes no such mask.
import type { PathNode } from '../../../core/exactBytes/tokenModel';
import type { Runtime } from '../../../protocol/runtime';
import { SCORING } from '../rewrite/scoring';
import { takesTrees } from '../rewrite/treeMask';
import type { GraphSession } from './graphSession';
import type { KeyValues } from './keyValues';
import {
  checkCancel,
  checkTokens,
  keyValuesAfterPrefix,
  runChunks,
  type CancelFlag,
  type TakeLogits,
  type TreeCaches,
} from './prefixRuns';
import { explainRuntimeError } from './runtimeErrors';
import { CHUNK_TOKENS } from './scoreWindow';
import { treeShape } from './treeShape';

export type SessionTreeRequest = Parameters<Runtime['forwardTree']>[0];

/** Nodes in a run, which bounds the logits in memory. */
const RUN_NODES = 128;

/**
 * Logits [wanted, vocabSize] of the token after each wanted node. Throws `UserError` for tokens outside the vocabulary
 * and runs that fail, `Cancelled` when cancelled.
 */
export async function forwardTree(
  session: GraphSession,
  caches: TreeCaches,
  vocabSize: number,
  { prefix, nodes, wanted, cancel }: SessionTreeRequest,
): Promise<Float32Array> {
  checkTokens([...prefix, ...nodes.slice(1).map(node => node.token)], vocabSize);
  checkCancel(cancel);
  const logits = new Float32Array(wanted.length * vocabSize);
  const rows = new Map(wanted.map((node, row) => [node, row]));
  const take = (node: number, row: Float32Array) => {
    const at = rows.get(node);
    if (at !== undefined) logits.set(row, at * vocabSize);
  };
  try {
    const used = withAncestors(nodes, wanted);
    const takesTree = takesTrees(session.graph.tree, prefix.length + nodes.length);
    const hasBranches = used.some(({ parent }, at) => parent !== (used[at - 1]?.node ?? -1));
    if (used.length <= RUN_NODES && !(hasBranches && !takesTree)) {
      await runWithPrefix(session, caches, prefix, used, hasBranches, rows, take, cancel);
      return logits;
    }
    const past = await keyValuesAfterPrefix(session, caches, prefix, rows.has(0), take, cancel);
    if (!takesTree) await runTokenByToken(session, past, used, take);
    else for (const run of runsOf(nodes, wanted)) await runTree(session, past, run, take);
  } catch (error) {
    const what = `The model failed on ${prefix.length} tokens and a tree, perhaps more than it can hold`;
    throw explainRuntimeError(error, what);
  }
  return logits;
}

/**
 * Runs the rest of the prefix together with the tree. A tree without branches continues the prefix, so the whole is
 * cached as a prefix for later requests.
 */
async function runWithPrefix(
  session: GraphSession,
  { chunks, prefixes }: TreeCaches,
  prefix: Uint32Array,
  used: readonly UsedNode[],
  hasBranches: boolean,
  rows: ReadonlyMap<number, number>,
  take: TakeLogits,
  cancel: CancelFlag,
): Promise<void> {
  const all = Uint32Array.of(...prefix, ...tokensOf(used));
  const first = used.findIndex(({ node }) => rows.has(node));
  const firstRow = prefix.length - 1 + first;
  const recent = prefixes.find(
    all,
    hasBranches ? prefix.length - Number(first === 0) : firstRow,
    1,
  );
  const isNear = all.length - recent.tokens <= CHUNK_TOKENS;
  const past = isNear ? recent : await runChunks(session, chunks, prefix, recent, cancel);
  const { tree } = session.graph;
  if (hasBranches && past.tokens === 0 && tree.kind !== 'none' && tree.needsPast) {
    const caches = { chunks, prefixes };
    const whole = await keyValuesAfterPrefix(session, caches, prefix, rows.has(0), take, cancel);
    return runTree(session, whole, used, take);
  }
  const ids = all.subarray(past.tokens);
  const { present, fetched } = await session.run({
    ids,
    past,
    firstRow: firstRow - past.tokens,
    topK: 1,
    fetch: [SCORING.logits],
    tree: hasBranches
      ? treeShape(past.tokens, treeAfter(ids, prefix.length - past.tokens, used))
      : undefined,
  });
  const logits = fetched.get(SCORING.logits)!;
  const width = logits.length / (all.length - firstRow);
  for (const [row, { node }] of used.slice(first).entries())
    take(node, logits.subarray(row * width, (row + 1) * width));
  if (!hasBranches) prefixes.add(all, present);
  else if (prefix.length - past.tokens > 1)
    prefixes.add(prefix, prefixes.cut(present, prefix.length));
}

/** The run as one tree: the `left` tokens of the prefix in it, then the tree's nodes. */
function treeAfter(ids: Uint32Array, left: number, used: readonly UsedNode[]): PathNode[] {
  const places = new Map(used.map(({ node }, place) => [node, left + place]));
  return [
    { parent: -1, token: -1 },
    ...Array.from(ids.subarray(0, left), (token, parent) => ({ parent, token })),
    ...used.slice(1).map(({ parent, token }) => ({ parent: places.get(parent)!, token })),
  ];
}

/** A node that takes part in a run. */
interface UsedNode extends PathNode {
  /** Its index in the request. */
  readonly node: number;
}

/** The root, the wanted nodes and their ancestors; parents come first. */
function withAncestors(nodes: readonly PathNode[], wanted: readonly number[]): UsedNode[] {
  const used = new Set<number>([0]);
  for (let node of wanted) for (; node > 0; node = nodes[node]!.parent) used.add(node);
  return [...used].sort((a, b) => a - b).map(node => ({ ...nodes[node]!, node }));
}

/**
 * Splits a tree into trees of at most `RUN_NODES` nodes, or of one longer path, with each wanted node in one of them.
 */
function runsOf(nodes: readonly PathNode[], wanted: readonly number[]): UsedNode[][] {
  const used = withAncestors(nodes, wanted);
  if (used.length <= RUN_NODES || wanted.length < 2) return [used];
  const half = wanted.length >> 1;
  return [wanted.slice(0, half), wanted.slice(half)].flatMap(part => runsOf(nodes, part));
}

/** Runs a tree after the whole prefix. */
async function runTree(
  session: GraphSession,
  past: KeyValues,
  used: readonly UsedNode[],
  take: TakeLogits,
): Promise<void> {
  if (used.length === 1) return;
  const places = new Map(used.map(({ node }, place) => [node, place]));
  const nodes = used.map(({ parent, token }) => ({ parent: places.get(parent) ?? -1, token }));
  const ids = Uint32Array.from(tokensOf(used));
  const { fetched } = await session.run({
    ids,
    past,
    firstRow: 0,
    topK: 1,
    fetch: [SCORING.logits],
    tree: treeShape(past.tokens, nodes),
  });
  const logits = fetched.get(SCORING.logits)!;
  const width = logits.length / ids.length;
  for (const [row, { node }] of used.slice(1).entries())
    take(node, logits.subarray(row * width, (row + 1) * width));
}

function tokensOf(run: readonly UsedNode[]): number[] {
  return run.slice(1).map(({ token }) => token);
}

/** Runs each node by itself, with the keys and values of its path. */
async function runTokenByToken(
  session: GraphSession,
  past: KeyValues,
  used: readonly UsedNode[],
  take: TakeLogits,
): Promise<void> {
  const states = new Map([[0, past]]);
  for (const { node, parent, token } of used.slice(1)) {
    const { present, fetched } = await session.run({
      ids: Uint32Array.of(token),
      past: states.get(parent)!,
      firstRow: 0,
      topK: 1,
      fetch: [SCORING.logits],
    });
    states.set(node, present);
    take(node, fetched.get(SCORING.logits)!);
  }
}
