// Recorded answers of llama.cpp's own server (xllamacpp 2026.10.11549, b11549) for a tiny GGUF file, beside the same file
// opened here. `npm run prove -- servers` records them anew.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtFromGguf } from '../../src/engine/models/sources/gguf/ggufSource';
import { OpenGraph } from '../../src/engine/onnx/session/openGraph';
import { replay } from '../support/recordedServer';
import { askServer, SERVED, writeServedGguf } from '../support/servedGguf';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-recorded-'));
const gguf = writeServedGguf(join(scratch, SERVED));
let graph: OpenGraph;

beforeAll(async () => {
  const cacheFolder = join(scratch, 'cache');
  const { architecture, built } = await builtFromGguf(gguf, { cacheFolder, packs: false });
  const { contextTokens, hiddenSize } = architecture;
  const layers = architecture.layers.length;
  graph = await OpenGraph.open({
    folder: scratch,
    onnxPath: gguf,
    built,
    contextTokens,
    hiddenSize,
    layers,
  });
});
afterAll(async () => {
  await graph.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Log-probabilities of the whole vocabulary after each of the tokens, computed here. */
async function ownRows(ids: Uint32Array): Promise<{ ids: Uint32Array; logprobs: Float32Array }[]> {
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

test('numbers of a text through the server are those of its file', async () => {
  const { ids, scores, next, written } = await askServer(
    'http://127.0.0.1:18080',
    gguf,
    replay('llamaCpp'),
  );
  const rows = await ownRows(ids);
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
    furthest = Math.max(furthest, Math.abs(next[id]! - last.logprobs[k]!));
  });
  console.log(`${furthest.toExponential(1)} nats`);
  expect(furthest).toBeLessThan(1e-3);
  let before = ids;
  for (const id of written) {
    expect(id).toBe((await ownRows(before)).at(-1)!.ids[0]);
    before = Uint32Array.of(...before, id);
  }
});
