// Exact next bytes at cuts of unseen code: how large the trees are, and what one run for all of a tree's tokens
// saves against a run for each; and the surprisal of every byte against plain scores of the tokens.
import { join } from 'node:path';
import { ByteCursor } from '../../src/core/exactBytes/byteCursor';
import type { PathNode, TokenModel } from '../../src/core/exactBytes/tokenModel';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { GraphSession } from '../../src/engine/onnx/session/graphSession';
import { forwardTree } from '../../src/engine/onnx/session/forwardTree';
import { PrefixCache } from '../../src/engine/onnx/session/keyValues';
import { scoreWindow } from '../../src/engine/onnx/session/scoreWindow';
import type { Model } from '../../src/engine/models/model';
import { wholeText } from '../support/wholeText';
import { cutsOf, KINDS, openModel, ownSources, type Cut } from './codeCuts';

const CUTS_PER_KIND = 250;
const DOCUMENTS = 10;
/** Bytes before a cut, and of a document: what the model's context holds. */
const MODELS = [
  { name: 'coder', context: 1200, documentBytes: 1500 },
  { name: 'stories260K', context: 350, documentBytes: 350 },
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

async function rowsOf({ name, context, documentBytes }: (typeof MODELS)[number]) {
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
    rows.push(await documentRow(model, tree, documentBytes));
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

async function documentRow(model: Model, session: GraphSession, size: number) {
  let bytesMs = 0;
  let tokensMs = 0;
  let furthest = 0;
  let asked = 0;
  let tokenCount = 0;
  const own = model.asTokenModel();
  const counting: TokenModel = {
    ends: own.ends,
    rows: (trunk, nodes, wanted) => {
      asked += wanted.length;
      return own.rows(trunk, nodes, wanted);
    },
  };
  const texts = ownSources().map(text => text.slice(0, size));
  const fits = (text: string) =>
    text.length === size && model.tokenizer.encode(text).ids.length < model.info.contextTokens;
  for (const text of texts.filter(fits).slice(0, DOCUMENTS)) {
    let began = performance.now();
    const { surprisals, entering, leaving } = await wholeText(
      model.byteRules,
      counting,
      encodeUtf8(text),
    );
    bytesMs += performance.now() - began;
    began = performance.now();
    tokenCount += model.tokenizer.encode(text).ids.length;
    const tokens = await nllOfTokens(model, session, text);
    tokensMs += performance.now() - began;
    const bytes = surprisals.reduce((sum, nats) => sum + nats, leaving - entering);
    furthest = Math.max(furthest, Math.abs(bytes / tokens - 1));
  }
  return {
    label: `${model.info.name}: the surprisal of every byte`,
    ratio: bytesMs / tokensMs,
    rival: 'the scores of the tokens',
    detail:
      `${DOCUMENTS} documents of ${size} bytes; ${(asked / tokenCount).toFixed(2)} nodes for each token ` +
      `(budget 3.5); the sums differ by ${furthest.toExponential(1)} of themselves`,
  };
}

/** Nats of all tokens and the end, as the document's scores have them. */
async function nllOfTokens(model: Model, session: GraphSession, text: string): Promise<number> {
  const { ids } = model.tokenizer.encode(text);
  const [end = 0] = model.asTokenModel().ends;
  const { logprobs } = await scoreWindow(
    session,
    new PrefixCache(session.graph.roles.past, 0),
    model.info.vocabSize,
    {
      inputs: Uint32Array.of(startOf(model), ...ids),
      targets: Uint32Array.of(...ids, end),
      from: 0,
      topK: 10,
      isCancelled: () => false,
      onChunk: () => undefined,
    },
  );
  return -logprobs.reduce((sum, logprob) => sum + logprob, 0);
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
