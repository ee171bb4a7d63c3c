// Scoring a document inside the graph, beside the same model with its logits copied to JavaScript and
// scored there, and beside PyTorch. All run the same windows over the same weights with as many threads. Beside PyTorch
// also a token after a window, and the GGUF files that TOKENSCOPE_BENCH_MODELS names with `:` between them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { builtFromGguf } from '../../src/engine/models/sources/gguf/ggufSource';
import { scoresOfLogits } from '../../src/engine/onnx/session/logitScores';
import { GraphSession } from '../../src/engine/onnx/session/graphSession';
import { PrefixCache, type KeyValues } from '../../src/engine/onnx/session/keyValues';
import { CHUNK_TOKENS, scoreWindow } from '../../src/engine/onnx/session/scoreWindow';
import { writeDecoder } from '../support/graphs';

const TOKENS = 1024;
const WINDOW_TOKENS = 512;
const TOP_K = 10;
const ROUNDS = 5;
/** Tokens that are run one by one after a window. */
const STEPS = 16;
const THREADS = Math.min(4, Math.max(1, availableParallelism() - 1));
// Two folders down from the repository, bundled as in the source.
const root = join(import.meta.dirname, '../..');

interface Case {
  label: string;
  onnxPath: string;
  folder: string;
}

export default { name: 'Scoring a document', run };

/** With the built-in model, where it is there, and one with random weights and GPT-2's vocabulary. */
async function run() {
  const coder = join(root, 'models/coder');
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-bench-'));
  try {
    const cases: Case[] = [];
    const onnxPath = ['onnx/model.onnx', 'model.onnx']
      .map(name => join(coder, name))
      .find(existsSync);
    if (onnxPath !== undefined) cases.push({ label: 'models/coder', onnxPath, folder: coder });
    const shape = { hidden: 256, layers: 4, heads: 4, vocab: 50257, context: 512, tied: true };
    cases.push({
      label: '4 layers of 256 with a vocabulary of 50257',
      onnxPath: writeDecoder(scratch, { ...shape, dataFile: 'weights.bin' }),
      folder: scratch,
    });
    const results = [];
    for (const one of cases) results.push(await compare(one));
    const python = process.env.TOKENSCOPE_PYTHON;
    if (python && onnxPath) {
      const sources: Source[] = [
        {
          label: 'models/coder',
          path: coder,
          open: () => GraphSession.open({ onnxPath, folder: coder }),
        },
        ...namedFiles().map(path => ggufSource(path, scratch)),
      ];
      for (const source of sources)
        results.push(...(await againstPyTorch(python, source, scratch)));
    } else
      console.log('  beside PyTorch: not measured, TOKENSCOPE_PYTHON names no Python that has it');
    return results;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function compare({ label, onnxPath, folder }: Case) {
  const session = await GraphSession.open({ onnxPath, folder });
  const vocabSize = Number(session.graph.roles.logits.shape?.at(-1));
  const rival = await InferenceSession.create(onnxPath, {
    intraOpNumThreads: THREADS,
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const ids = someIds(vocabSize);
  const inGraph = () => scoreInGraph(session, ids, vocabSize);
  const inScript = () => scoreInScript(session, rival, ids, vocabSize);
  await inGraph();
  await inScript();
  // In turns, the best of each, so that whatever else the machine does falls on both.
  let oursMs = Infinity;
  let rivalMs = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    oursMs = Math.min(oursMs, await timed(inGraph));
    rivalMs = Math.min(rivalMs, await timed(inScript));
  }
  await session.release();
  await rival.release();
  return {
    label,
    ratio: rivalMs / oursMs,
    rival: 'logits copied to JavaScript',
    budget: '≥ 2',
    detail: `${perToken(oursMs)} against ${perToken(rivalMs)}`,
  };
}

/** Weights that both can open. */
interface Source {
  label: string;
  path: string;
  open(): Promise<GraphSession>;
}

function namedFiles(): string[] {
  const named = process.env.TOKENSCOPE_BENCH_MODELS?.split(delimiter) ?? [];
  if (named.length === 0)
    console.log('  other models beside PyTorch: not measured, TOKENSCOPE_BENCH_MODELS names none');
  return named;
}

function ggufSource(path: string, cacheFolder: string): Source {
  return {
    label: basename(path),
    path,
    async open() {
      const { architecture, built } = await builtFromGguf(path, { cacheFolder, packs: false });
      const shape = { contextTokens: TOKENS, layers: architecture.layers.length };
      return GraphSession.open({ folder: root, onnxPath: path, built }, shape);
    },
  };
}

async function againstPyTorch(python: string, { label, path, open }: Source, scratch: string) {
  const session = await open();
  const vocabSize = Number(session.graph.roles.logits.shape?.at(-1));
  const ids = someIds(vocabSize);
  const windows = Array.from({ length: TOKENS / WINDOW_TOKENS }, (_, i) => [
    ...ids.subarray(i * WINDOW_TOKENS, (i + 1) * WINDOW_TOKENS + 1),
  ]);
  const file = join(scratch, 'windows.json');
  writeFileSync(file, JSON.stringify(windows));
  const inGraph = () => scoreInGraph(session, ids, vocabSize);
  await inGraph();
  const ours = { score: Infinity, step: Infinity };
  const rival = { score: Infinity, step: Infinity };
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < ROUNDS; i++) ours.score = Math.min(ours.score, await timed(inGraph));
    ours.step = Math.min(ours.step, await stepInGraph(session, ids));
    const flags = ['--model', path, '--threads', String(THREADS), '--steps', String(STEPS)];
    const command = ['-m', 'training.bench.scoring', file, ...flags];
    const seconds = JSON.parse(execFileSync(python, command, { cwd: root, encoding: 'utf8' }));
    const { scored, step } = seconds as { scored: number[]; step: number };
    rival.score = Math.min(rival.score, 1000 * Math.min(...scored));
    rival.step = Math.min(rival.step, 1000 * step);
  }
  await session.release();
  const row = { rival: 'PyTorch (transformers)', budget: '≥ 1.3' };
  const besides = (name: 'score' | 'step', unit: (ms: number) => string) => ({
    ...row,
    ratio: rival[name] / ours[name],
    detail: `${unit(ours[name])} against ${unit(rival[name])}`,
  });
  return [
    { label, ...besides('score', perToken) },
    {
      label: `${label}: a token after ${WINDOW_TOKENS}`,
      ...besides('step', ms => `${ms.toFixed(1)} ms`),
    },
  ];
}

/** Milliseconds of a token after a window, the best of those that follow it. */
async function stepInGraph(session: GraphSession, ids: Uint32Array): Promise<number> {
  const run = (from: number, to: number, past: KeyValues) =>
    session.run({
      ids: ids.subarray(from, to),
      past,
      firstRow: to - from - 1,
      targets: ids.subarray(to, to + 1),
      topK: TOP_K,
    });
  let { present } = await run(0, WINDOW_TOKENS, session.emptyKeyValues);
  let best = Infinity;
  for (let at = WINDOW_TOKENS; at < WINDOW_TOKENS + STEPS; at++) {
    const ms = await timed(async () => ({ present } = await run(at, at + 1, present)));
    best = Math.min(best, ms);
  }
  return best;
}

const perToken = (ms: number) => `${((ms / TOKENS) * 1000).toFixed(0)} µs a token`;

const someIds = (vocabSize: number) =>
  Uint32Array.from({ length: TOKENS + 1 }, (_, i) => (i * 7919) % vocabSize);

async function scoreInGraph(session: GraphSession, ids: Uint32Array, vocabSize: number) {
  for (let at = 0; at < TOKENS; at += WINDOW_TOKENS) {
    // A memory of nothing: each window is computed.
    const cache = new PrefixCache(session.graph.roles.past, 0);
    await scoreWindow(session, cache, vocabSize, {
      inputs: ids.subarray(at, at + WINDOW_TOKENS),
      targets: ids.subarray(at + 1, at + 1 + WINDOW_TOKENS),
      from: 0,
      topK: TOP_K,
      isCancelled: () => false,
      onChunk: () => undefined,
    });
  }
}

async function scoreInScript(
  { graph: { roles }, emptyKeyValues: nothing }: GraphSession,
  session: InferenceSession,
  ids: Uint32Array,
  vocabSize: number,
) {
  const int64 = (length: number, at: (index: number) => number) =>
    new Tensor(
      'int64',
      BigInt64Array.from({ length }, (_, i) => BigInt(at(i))),
      [1, length],
    );
  for (let begin = 0; begin < TOKENS; begin += WINDOW_TOKENS) {
    let past = nothing.tensors;
    for (let seen = 0; seen < WINDOW_TOKENS; seen += CHUNK_TOKENS) {
      const start = begin + seen;
      const feeds: Record<string, Tensor> = {
        [roles.ids.name]: int64(CHUNK_TOKENS, i => ids[start + i]!),
      };
      if (roles.attentionMask)
        feeds[roles.attentionMask.name] = int64(seen + CHUNK_TOKENS, () => 1);
      if (roles.positionIds) feeds[roles.positionIds.name] = int64(CHUNK_TOKENS, i => seen + i);
      roles.past.forEach(({ input }, i) => (feeds[input] = past[i]!));
      const outputs = await session.run(feeds);
      past = roles.past.map(({ output }) => outputs[output]!);
      const logits = outputs[roles.logits.name]!.data as Float32Array;
      const targets = ids.subarray(start + 1, start + 1 + CHUNK_TOKENS);
      scoresOfLogits(logits, vocabSize, targets, TOP_K);
    }
  }
}

/** Milliseconds of the processor: what else the machine does counts less. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}
