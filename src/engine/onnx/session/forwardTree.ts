// The model's logits after each node of a small tree of tokens, or sums over them. The prefix runs in chunks as for scores, then the tree
// in one run in which each token attends to its own path only; token by token if the graph takes no such mask.
import { concatIds } from '../../../core/bytes';
import type { PathNode } from '../../../core/exactBytes/tokenModel';
import { answersOf, sumRow, type RowSums } from '../../../core/exactBytes/rowSums';
import type { Runtime } from '../../../protocol/runtime';
import { SCORING } from '../rewrite/scoring';
import { takesTrees } from '../rewrite/treeMask';
import { checkTokens } from './checkTokens';
import type { GraphSession } from './graphSession';
import type { KeyValues } from './keyValues';
import {
  checkCancel,
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
export type SessionSumsRequest = Parameters<Runtime['forwardSums']>[0];

/** Nodes in a run. */
const RUN_NODES = 256;
/** Numbers in the rows of a run, which bounds their memory. */
const RUN_NUMBERS = 1 << 24;

/**
 * Logits [wanted, vocabSize] of the token after each wanted node. Throws `UserError` for tokens outside the vocabulary
 * and runs that fail, `Cancelled` when cancelled.
 */
export async function forwardTree(
  session: GraphSession,
  caches: TreeCaches,
  vocabSize: number,
  request: SessionTreeRequest,
): Promise<Float32Array> {
  const { wanted } = request;
  const logits = new Float32Array(wanted.length * vocabSize);
  const rows = new Map(wanted.map((node, row) => [node, row]));
  const take = (node: number, row: Float32Array) => {
    const at = rows.get(node);
    if (at !== undefined) logits.set(row, at * vocabSize);
  };
  await runTrees(session, caches, vocabSize, request, { output: SCORING.logits, take });
  return logits;
}

/**
 * What `sums` ask of the rows of log-probabilities after nodes, one after the other. The path that the first nodes make
 * is cached as a prefix for later requests. Throws as `forwardTree` does.
 */
export async function forwardSums(
  session: GraphSession,
  caches: TreeCaches,
  vocabSize: number,
  { prefix, nodes, sums, order, cancel }: SessionSumsRequest,
): Promise<Float64Array> {
  const answers = new Float64Array(sums.reduce((count, each) => count + answersOf(each), 0));
  const places = new Map<number, { sums: RowSums; at: number }>();
  let at = 0;
  for (const each of sums) {
    places.set(each.node, { sums: each, at });
    at += answersOf(each);
  }
  const take = (node: number, row: Float32Array) => {
    const place = places.get(node);
    if (place) sumRow(row, order, place.sums, answers.subarray(place.at));
  };
  const wanted = sums.map(({ node }) => node);
  const request = { prefix, nodes, wanted, ...(cancel && { cancel }) };
  const rows = { output: SCORING.rowLogprobs, take, keepsPath: true };
  await runTrees(session, caches, vocabSize, request, rows);
  return answers;
}

/** What becomes of the rows after the wanted nodes. */
interface TakenRows {
  /** Of the graph: a row for each node. */
  readonly output: string;
  readonly take: TakeLogits;
  /** Whether the path that the first nodes make is cached as a prefix. */
  readonly keepsPath?: boolean;
}

async function runTrees(
  session: GraphSession,
  caches: TreeCaches,
  vocabSize: number,
  { prefix, nodes, wanted, cancel }: SessionTreeRequest,
  rows: TakenRows,
): Promise<void> {
  checkTokens([...prefix, ...nodes.slice(1).map(node => node.token)], vocabSize);
  checkCancel(cancel);
  try {
    const used = withAncestors(nodes, wanted);
    const takesTree = takesTrees(session.graph.tree, prefix.length + nodes.length);
    const hasBranches = used.some(({ parent }, at) => parent !== (used[at - 1]?.node ?? -1));
    const most = Math.min(RUN_NODES, Math.max(1, Math.floor(RUN_NUMBERS / vocabSize)));
    if (used.length <= most && !(hasBranches && !takesTree)) {
      await runWithPrefix(session, caches, prefix, used, hasBranches, wanted, rows, cancel);
      return;
    }
    const isRootWanted = wanted.includes(0);
    const past = await keyValuesAfterPrefix(session, caches, prefix, isRootWanted, rows, cancel);
    if (!takesTree) await runTokenByToken(session, past, used, rows, cancel);
    else
      for (const run of runsOf(nodes, wanted, most)) {
        checkCancel(cancel);
        await runTree(session, past, run, rows);
      }
  } catch (error) {
    const what = `The model failed on ${prefix.length} tokens and a tree, perhaps more than it can hold`;
    throw explainRuntimeError(error, what);
  }
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
  wanted: readonly number[],
  rows: TakenRows,
  cancel: CancelFlag,
): Promise<void> {
  const { output, take, keepsPath = false } = rows;
  const all = concatIds(prefix, tokensOf(used));
  const first = used.findIndex(({ node }) => wanted.includes(node));
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
    const isRootWanted = wanted.includes(0);
    const whole = await keyValuesAfterPrefix(session, caches, prefix, isRootWanted, rows, cancel);
    return runTree(session, whole, used, rows);
  }
  const ids = all.subarray(past.tokens);
  const { present, fetched } = await session.run({
    ids,
    past,
    firstRow: firstRow - past.tokens,
    topK: 1,
    fetch: [output],
    tree: hasBranches
      ? treeShape(past.tokens, treeAfter(ids, prefix.length - past.tokens, used))
      : undefined,
  });
  const numbers = fetched.get(output)!;
  const width = numbers.length / (all.length - firstRow);
  for (const [row, { node }] of used.slice(first).entries())
    take(node, numbers.subarray(row * width, (row + 1) * width));
  if (!hasBranches) return prefixes.add(all, present);
  // The next request goes on at the path's end, whose own row it may want.
  const kept = keepsPath ? prefix.length + pathLength(used) - 1 : prefix.length;
  if (kept - past.tokens > 1) prefixes.add(all.subarray(0, kept), prefixes.cut(present, kept));
}

/** How many nodes after the first are each a child of the one before. */
function pathLength(used: readonly UsedNode[]): number {
  let length = 0;
  while (used[length + 1]?.parent === used[length]!.node) length++;
  return length;
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
 * Splits a tree into trees of at most `most` nodes, or of one longer path, with each wanted node in one of them.
 */
function runsOf(nodes: readonly PathNode[], wanted: readonly number[], most: number): UsedNode[][] {
  const used = withAncestors(nodes, wanted);
  if (used.length <= most || wanted.length < 2) return [used];
  const half = wanted.length >> 1;
  return [wanted.slice(0, half), wanted.slice(half)].flatMap(part => runsOf(nodes, part, most));
}

/** Runs a tree after the whole prefix. */
async function runTree(
  session: GraphSession,
  past: KeyValues,
  used: readonly UsedNode[],
  { output, take }: TakenRows,
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
    fetch: [output],
    tree: treeShape(past.tokens, nodes),
  });
  const numbers = fetched.get(output)!;
  const width = numbers.length / ids.length;
  for (const [row, { node }] of used.slice(1).entries())
    take(node, numbers.subarray(row * width, (row + 1) * width));
}

function tokensOf(run: readonly UsedNode[]): number[] {
  return run.slice(1).map(({ token }) => token);
}

/** Runs each node by itself, with the keys and values of its path. */
async function runTokenByToken(
  session: GraphSession,
  past: KeyValues,
  used: readonly UsedNode[],
  { output, take }: TakenRows,
  cancel: CancelFlag,
): Promise<void> {
  const states = new Map([[0, past]]);
  for (const { node, parent, token } of used.slice(1)) {
    checkCancel(cancel);
    const { present, fetched } = await session.run({
      ids: Uint32Array.of(token),
      past: states.get(parent)!,
      firstRow: 0,
      topK: 1,
      fetch: [output],
    });
    states.set(node, present);
    take(node, fetched.get(output)!);
  }
}
