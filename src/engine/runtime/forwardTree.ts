// What a model says behind each node of a small tree of tokens: the prefix in chunks as for scores, then the tree
// in one run, each token seeing its own path alone; or, where the graph takes no such mask, token by token.
import type { PathNode } from '../../core/bytes/model';
import { UserError } from '../../protocol/channel';
import type { Runtime } from '../../protocol/runtime';
import { SCORING } from '../onnx/scoring';
import type { GraphSession } from './graphSession';
import type { KeyValues, PrefixCache } from './keyValues';
import { explained } from './runtimeErrors';
import { CHUNK_TOKENS } from './scoreWindow';
import { treeShape } from './treeShape';

export type TreeRequest = Parameters<Runtime['forwardTree']>[0];

/** Nodes in a run: more would hold too many logits at once. */
const RUN_NODES = 128;

/** Logits [wanted, vocabSize]. */
export async function forwardTree(
  session: GraphSession,
  cache: PrefixCache,
  vocabSize: number,
  { prefix, nodes, wanted }: TreeRequest,
): Promise<Float32Array> {
  for (const token of [...prefix, ...nodes.slice(1).map(node => node.token)]) {
    if (token < vocabSize) continue;
    throw new UserError(
      `The tokenizer does not fit the model: token ${token} is outside its vocabulary of ${vocabSize}.`,
    );
  }
  const logits = new Float32Array(wanted.length * vocabSize);
  const rows = new Map(wanted.map((node, row) => [node, row]));
  const take = (node: number, row: Float32Array) => {
    const at = rows.get(node);
    if (at !== undefined) logits.set(row, at * vocabSize);
  };
  try {
    const past = await runPrefix(session, cache, prefix);
    const lead = prefix.subarray(past.tokens);
    const used = withAncestors(nodes, wanted);
    if (session.graph.tree.kind === 'none') await tokenByToken(session, past, lead, used, take);
    else for (const run of runsOf(nodes, wanted)) await inOneRun(session, past, lead, run, take);
  } catch (error) {
    const what = `The model failed on ${prefix.length} tokens and a tree, perhaps more than it can hold`;
    throw explained(error, what);
  }
  return logits;
}

/** A node with its place in the tree that was asked for. */
interface Used extends PathNode {
  readonly node: number;
}

/** The root, the wanted nodes and those that lead to them, after their parents. */
function withAncestors(nodes: readonly PathNode[], wanted: readonly number[]): Used[] {
  const used = new Set<number>([0]);
  for (let node of wanted) for (; node > 0; node = nodes[node]!.parent) used.add(node);
  return [...used].sort((a, b) => a - b).map(node => ({ ...nodes[node]!, node }));
}

/** Trees of at most `RUN_NODES` nodes, if no path alone is longer, in which each wanted node is once. */
function runsOf(nodes: readonly PathNode[], wanted: readonly number[]): Used[][] {
  const used = withAncestors(nodes, wanted);
  if (used.length <= RUN_NODES || wanted.length < 2) return [used];
  const half = wanted.length >> 1;
  return [wanted.slice(0, half), wanted.slice(half)].flatMap(part => runsOf(nodes, part));
}

/** Keys and values of the prefix's whole chunks; at least one of its tokens is left to run. */
async function runPrefix(
  session: GraphSession,
  cache: PrefixCache,
  prefix: Uint32Array,
): Promise<KeyValues> {
  let past = cache.find(prefix, prefix.length - 1, CHUNK_TOKENS);
  while (past.tokens + CHUNK_TOKENS < prefix.length) {
    const ids = prefix.subarray(past.tokens, past.tokens + CHUNK_TOKENS);
    const { present } = await session.run({ ids, past, firstRow: ids.length, topK: 1 });
    past = present;
  }
  cache.add(prefix.subarray(0, past.tokens), past);
  return past;
}

type Take = (node: number, row: Float32Array) => void;

async function inOneRun(
  session: GraphSession,
  past: KeyValues,
  lead: Uint32Array,
  used: readonly Used[],
  take: Take,
): Promise<void> {
  const places = new Map(used.map(({ node }, place) => [node, place]));
  const nodes = used.map(({ parent, token }) => ({ parent: places.get(parent) ?? -1, token }));
  const ids = Uint32Array.of(...lead, ...nodes.slice(1).map(({ token }) => token));
  const { fetched } = await session.run({
    ...{ ids, past, firstRow: lead.length - 1, topK: 1, fetch: [SCORING.logits] },
    tree: nodes.length > 1 ? treeShape(past.tokens, lead.length, nodes) : undefined,
  });
  const logits = fetched.get(SCORING.logits)!;
  const width = logits.length / nodes.length;
  used.forEach(({ node }, row) => take(node, logits.subarray(row * width, (row + 1) * width)));
}

async function tokenByToken(
  session: GraphSession,
  past: KeyValues,
  lead: Uint32Array,
  used: readonly Used[],
  take: Take,
): Promise<void> {
  const states = new Map<number, KeyValues>();
  for (const { node, parent, token } of used) {
    const ids = node === 0 ? lead : Uint32Array.of(token);
    const { present, fetched } = await session.run({
      ...{ ids, past: states.get(parent) ?? past, firstRow: ids.length - 1, topK: 1 },
      fetch: [SCORING.logits],
    });
    states.set(node, present);
    take(node, fetched.get(SCORING.logits)!);
  }
}
