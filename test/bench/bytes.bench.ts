// Exact next bytes at cuts of unseen code: how large the trees are, and what one run for all of a tree's tokens
// saves against a run for each.
import { join } from 'node:path';
import { ByteCursor } from '../../src/core/exactBytes/byteCursor';
import type { PathNode } from '../../src/core/exactBytes/tokenModel';
import { GraphSession } from '../../src/engine/onnx/session/graphSession';
import { forwardTree } from '../../src/engine/onnx/session/forwardTree';
import { PrefixCache } from '../../src/engine/onnx/session/keyValues';
import type { Model } from '../../src/engine/models/model';
import { cutsOf, KINDS, openModel, type Cut } from './codeCuts';

const CUTS_PER_KIND = 250;
/** Bytes before a cut: what the model's context holds. */
const MODELS = [
  { name: 'coder', context: 1200 },
  { name: 'stories260K', context: 350 },
];
const CACHE_BYTES = 64 << 20;

export default { name: 'Exact bytes', run };

interface Tree {
  kind: Cut['kind'];
  prefix: Uint32Array;
  nodes: PathNode[];
  ms: number;
  /** From 1, of what all bytes, the end and the leak add up to. */
  off: number;
}

async function run() {
  const rows = [];
  for (const each of MODELS) rows.push(...(await rowsOf(each)));
  return rows;
}

async function rowsOf({ name, context }: (typeof MODELS)[number]) {
  const { model, close } = await openModel(name);
  const folder = join(import.meta.dirname, '../../models', name);
  const open = (noTree?: string) =>
    GraphSession.open({ onnxPath: join(folder, 'model.onnx'), folder }, undefined, noTree);
  const [tree, apart] = [await open(), await open('for the comparison')];
  try {
    const cuts = cutsOf(model, KINDS, CUTS_PER_KIND, 1, context);
    const trees: Tree[] = [];
    for (const { kind, before } of cuts) {
      const at = () => ByteCursor.openAt(model.byteRules, model.asTokenModel(), before);
      await at();
      const began = performance.now();
      const cursor = await at();
      const { logprobs, end, leak, untested } = cursor.next();
      const ms = performance.now() - began;
      const parts = [...logprobs, end, leak, untested].map(Math.exp);
      const off = Math.abs(parts.reduce((sum, p) => sum + p, 0) - 1);
      const nodes = cursor.tree.nodes.map(({ parent, token }) => ({ parent, token }));
      trees.push({
        kind,
        prefix: Uint32Array.of(startOf(model), ...cursor.tree.trunk),
        nodes,
        ms,
        off,
      });
    }
    const rows = [];
    for (const kind of KINDS) {
      const ofKind = trees.filter(tree => tree.kind === kind);
      // A small vocabulary may have no token that is cut so.
      if (ofKind.length === 0) continue;
      const [inOneRun, inMany] = await inTurns(ofKind, tree, apart, model.info.vocabSize);
      const sizes = ofKind.map(({ nodes }) => nodes.length);
      rows.push({
        label: `${name}: a tree ${kind}`,
        ratio: inMany / inOneRun,
        rival: 'a run for each token',
        detail:
          `nodes ${told(sizes, 1)} at ${sizes.length} cuts; ms to the next byte's distribution ` +
          `where the text before is known ${told(
            ofKind.map(({ ms }) => ms),
            1,
          )}; all adds up to 1 within ${Math.max(...ofKind.map(({ off }) => off)).toExponential(1)}`,
      });
    }
    return rows;
  } finally {
    await Promise.all([tree.release(), apart.release()]);
    close();
  }
}

/** Milliseconds of all trees, one way and the other, a tree at a time. */
async function inTurns(
  trees: readonly Tree[],
  tree: GraphSession,
  apart: GraphSession,
  vocabSize: number,
): Promise<[number, number]> {
  const total: [number, number] = [0, 0];
  const sessions = [tree, apart].map(session => ({
    session,
    caches: {
      chunks: new PrefixCache(session.graph.roles.past, CACHE_BYTES),
      prefixes: new PrefixCache(session.graph.roles.past, CACHE_BYTES),
    },
  }));
  for (const { prefix, nodes } of trees) {
    const wanted = [...nodes.keys()].slice(1);
    if (wanted.length === 0) continue;
    for (const [i, { session, caches }] of sessions.entries()) {
      const request = { prefix, nodes: nodes.slice(0, 1), wanted: [0] };
      // What is before the tree is in the cache for both.
      await forwardTree(session, caches, vocabSize, request);
      const began = performance.now();
      await forwardTree(session, caches, vocabSize, { prefix, nodes, wanted });
      total[i]! += performance.now() - began;
    }
  }
  return total;
}

function startOf(model: Model): number {
  return model.start!.id;
}

/** "mean 1.2, 95 % 3, most 9" */
function told(values: readonly number[], decimals: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const [p95, most] = [at(0.95), at(1)].map(value =>
    value.toFixed(Number.isInteger(value) ? 0 : decimals),
  );
  return `mean ${mean.toFixed(decimals)}, 95 % ${p95}, most ${most}`;
}
