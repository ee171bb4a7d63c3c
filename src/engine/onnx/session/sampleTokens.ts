// Samples many continuations of one prefix at once. What they share is computed once: continuations with the same tokens
// so far are one node of a tree after the prefix, which grows by one run for each step and keeps its keys and values.
import { seededRandom } from '../../../core/random';
import { drawToken } from '../../../core/traces/drawToken';
import type { Runtime } from '../../../protocol/runtime';
import { HIDDEN, takesTrees } from '../rewrite/treeMask';
import { SCORING } from '../rewrite/scoring';
import { checkTokens } from './checkTokens';
import type { GraphSession } from './graphSession';
import type { KeyValues } from './keyValues';
import { checkCancel, keyValuesAfterPrefix, type CancelFlag, type TreeCaches } from './prefixRuns';
import { explainRuntimeError } from './runtimeErrors';
import type { TreeShape } from './treeShape';

export type SessionSampleRequest = Parameters<Runtime['sample']>[0];

/** A token that continuations have in common, after the same tokens. */
interface TokenNode {
  readonly token: number;
  /** Indices of its path among the tokens that ran after the prefix. */
  readonly path: readonly number[];
  /** The continuations, by index of their seeds. */
  readonly rows: number[];
}

/** [seed]: its tokens, up to an end token (included) or `maxTokens`. Throws `UserError` and `Cancelled`. */
export async function sampleTokens(
  session: GraphSession,
  caches: TreeCaches,
  vocabSize: number,
  request: SessionSampleRequest,
): Promise<Uint32Array[]> {
  const { prefix, cancel } = request;
  checkTokens(prefix, vocabSize);
  let first = new Float32Array();
  const take = (_: number, row: Float32Array) => (first = row.slice());
  try {
    const rows = { output: SCORING.logits, take };
    const past = await keyValuesAfterPrefix(session, caches, prefix, true, rows, cancel);
    const written = new Continuations(request, first.length);
    const most = prefix.length + request.maxTokens;
    const grow = takesTrees(session.graph.tree, most) ? sampleAsTree : sampleOneByOne;
    await grow(session, past, written, first, cancel);
    return written.tokens.map(tokens => Uint32Array.from(tokens));
  } catch (error) {
    const what = `The model failed on continuations of ${prefix.length} tokens, perhaps more than it can hold`;
    throw explainRuntimeError(error, what);
  }
}

/** The tokens that have been drawn. */
class Continuations {
  /** [seed][token] */
  readonly tokens: number[][];
  private readonly randoms: (() => number)[];
  private readonly ends: ReadonlySet<number>;

  constructor(
    private readonly request: SessionSampleRequest,
    readonly width: number,
  ) {
    this.tokens = Array.from(request.seeds, () => []);
    this.randoms = Array.from(request.seeds, seededRandom);
    this.ends = new Set(request.ends);
  }

  /** Draws a token for a continuation; returns whether the continuation goes on. */
  draw(row: number, logits: Float32Array): boolean {
    const { maxTokens, vocabSize } = this.request;
    const own = this.tokens[row]!;
    const token = drawToken(logits.subarray(0, vocabSize), this.request, this.randoms[row]!);
    own.push(token);
    return !this.ends.has(token) && own.length < maxTokens;
  }
}

/** All continuations together, one run for each step. */
async function sampleAsTree(
  session: GraphSession,
  past: KeyValues,
  written: Continuations,
  first: Float32Array,
  cancel: CancelFlag,
): Promise<void> {
  const { tokens: prefix } = past;
  const root: TokenNode = { token: -1, path: [], rows: [...written.tokens.keys()] };
  let nodes = drawChildren([root], written, () => first);
  while (nodes.length > 0) {
    checkCancel(cancel);
    const ran = past.tokens - prefix;
    const own = nodes.map((node, i) => ({ ...node, path: [...node.path, ran + i] }));
    const { present, fetched } = await session.run({
      ids: Uint32Array.from(own, ({ token }) => token),
      past,
      firstRow: 0,
      topK: 1,
      fetch: [SCORING.logits],
      tree: treeShapeOf(own, prefix, past.tokens),
    });
    past = present;
    const logits = fetched.get(SCORING.logits)!;
    const { width } = written;
    nodes = drawChildren(own, written, i => logits.subarray(i * width, (i + 1) * width));
  }
}

/** The children of nodes: one for each token that was drawn and does not end its continuation. */
function drawChildren(
  nodes: readonly TokenNode[],
  written: Continuations,
  logitsOf: (node: number) => Float32Array,
): TokenNode[] {
  return nodes.flatMap(({ path, rows }, i) => {
    const next = new Map<number, TokenNode>();
    for (const row of rows) {
      if (!written.draw(row, logitsOf(i))) continue;
      const token = written.tokens[row]!.at(-1)!;
      const node = next.get(token) ?? { token, path, rows: [] };
      node.rows.push(row);
      next.set(token, node);
    }
    return [...next.values()];
  });
}

/** Each token attends to the prefix and its own path. */
function treeShapeOf(nodes: readonly TokenNode[], prefix: number, past: number): TreeShape {
  const seen = past + nodes.length;
  const bias = new Float32Array(nodes.length * seen).fill(HIDDEN);
  for (const [row, { path }] of nodes.entries()) {
    bias.fill(0, row * seen, row * seen + prefix);
    for (const place of path) bias[row * seen + prefix + place] = 0;
  }
  return { bias, positions: nodes.map(({ path }) => prefix + path.length - 1) };
}

/** One continuation after the other, for graphs that take no mask. */
async function sampleOneByOne(
  session: GraphSession,
  prefix: KeyValues,
  written: Continuations,
  first: Float32Array,
  cancel: CancelFlag,
): Promise<void> {
  for (const row of written.tokens.keys()) {
    let past = prefix;
    let logits = first;
    while (written.draw(row, logits)) {
      checkCancel(cancel);
      const ids = Uint32Array.of(written.tokens[row]!.at(-1)!);
      const run = { ids, past, firstRow: 0, topK: 1, fetch: [SCORING.logits] };
      const { present, fetched } = await session.run(run);
      past = present;
      logits = fetched.get(SCORING.logits)!;
    }
  }
}
