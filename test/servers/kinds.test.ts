// Each kind of server as it documents its answers: recognised, asked, and its numbers those of the model behind it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Cancelled } from '../../src/core/errors';
import { logSoftmax } from '../../src/core/exactBytes/logSum';
import { Document } from '../../src/engine/documents/document';
import { Model } from '../../src/engine/models/model';
import { scoreTokens } from '../../src/engine/scoring/tokensPass';
import { addressText, readAddress } from '../../src/servers/address';
import { findServer, openServer } from '../../src/servers/connect';
import { piecesOf } from '../../src/servers/pieces';
import { sendBy } from '../../src/servers/transport';
import { fakeLogits } from '../support/fakeBackend';
import { FakeServer, type FakeKind, type FakeServerOptions } from '../support/fakeServers';
import { problemOf } from '../support/hubClient';
import { BYTE_VOCAB, START_ID, writeModelFolder } from '../support/modelFolder';
import type { CompletionOptions } from '../../src/protocol/completion';
import { completeAt } from '../../src/engine/completion/completer';
import { engineServer } from '../../src/engine/server';
import { readModelFolder } from '../../src/engine/models/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-servers-'));
const folder = writeModelFolder(join(scratch, 'tokenizer'), { graph: false });
const withoutStart = writeModelFolder(join(scratch, 'plain'), { graph: false, start: false });
const { tokenizer } = readModelFolder(folder);
const send = sendBy(fetch, () => undefined);
const servers: FakeServer[] = [];
const { signal } = new AbortController();

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(kind: FakeKind, options?: FakeServerOptions): Promise<FakeServer> {
  const server = await FakeServer.start(kind, tokenizer, options);
  servers.push(server);
  return server;
}

const noRuntime = () => {
  throw new Error('a server needs no runtime');
};

function open(server: FakeServer, named = folder, contextLimit = 2048): Promise<Model> {
  const path = addressText({ ...readAddress(server.address), tokenizer: named });
  return Model.open(path, contextLimit, noRuntime, undefined, { send });
}

async function scoresOf(model: Model, text: string, topK = 5) {
  const document = new Document('a', 0, text);
  const onScored = () => {};
  await scoreTokens(model, document, { visible: [], maxTokens: Infinity, signal, onScored }, topK);
  const { ids } = document.tokensBy(model.tokenizer);
  return { ids, ...document.scoresOf(0, ids.length) };
}

/** Texts of whole characters, and of characters that are split. */
const TEXT = 'const naïve = 1; // 日本\n';

const byIds: FakeKind[] = ['llamaCpp', 'vllm', 'sglang'];
/** They put no start before a text, and take none by id. */
const byText: FakeKind[] = ['tgi', 'echo'];
/** It puts the start before a text itself, and does not say how likely the first token is. */
const python: FakeKind = 'llamaCppPython';

test.each([...byIds, ...byText, python])(
  '%s: every token has the number of the model',
  async kind => {
    const named = byText.includes(kind) ? withoutStart : folder;
    const model = await open(await start(kind), named);
    const { ids, scores, pending } = await scoresOf(model, TEXT);
    expect(pending).toBe(0);
    const before = byText.includes(kind) ? [] : [START_ID];
    for (const [row, id] of ids.entries()) {
      const expected = logSoftmax(fakeLogits([...before, ...ids.subarray(0, row)], BYTE_VOCAB));
      if (row === 0 && (before.length === 0 || kind === python)) {
        expect(scores.logprobs[row]).toBeNaN();
        continue;
      }
      expect(scores.logprobs[row]).toBeCloseTo(expected[id]!, 4);
      const order = [...expected.keys()].sort((a, b) => expected[b]! - expected[a]!);
      if (kind === 'vllm') expect(scores.ranks[row]).toBe(order.indexOf(id) + 1);
      else if (scores.ranks[row]! > 0) expect(scores.ranks[row]).toBe(order.indexOf(id) + 1);
      const own = expected.reduce((sum, value) => sum - Math.exp(value) * value, 0);
      // Alternatives by text are lost where two have one text, which is often among bytes.
      if (
        kind === 'tgi' ||
        (kind === 'llamaCppPython' && Number.isNaN(scores.entropiesNats[row]))
      ) {
        expect(scores.entropiesNats[row]).toBeNaN();
        continue;
      }
      const upper = scores.entropyUppersNats![row]!;
      if (!Number.isNaN(upper)) expect(upper).toBeGreaterThanOrEqual(own - 1e-4);
      expect(scores.entropiesNats[row]).toBeLessThanOrEqual(own + 1e-4);
      if (byIds.includes(kind))
        expect([...scores.topIds.subarray(row * 5, row * 5 + 5)]).toEqual(order.slice(0, 5));
    }
  },
);

test('llama-cpp-python puts the start before a text also where it is not known here', async () => {
  const server = await start(python);
  const [known, unknown] = [await open(server), await open(server, withoutStart)];
  expect(unknown.startTokens).toBe(0);
  expect(await scoresOf(unknown, TEXT)).toEqual(await scoresOf(known, TEXT));
});

test('llama-cpp-python is refused where its numbers are those of other tokens', async () => {
  const server = await start(python, { start: null });
  const words =
    /the model has no start token, .* \(its issue 1983\)\. Serve the model with llama-server/;
  expect(await problemOf(open(server))).toMatch(words);
  const found = await findServer(server.address, send);
  expect(await problemOf(piecesOf(found, TEXT))).toMatch(words);
});

test.each([
  ['ollama', /Ollama returns log-probabilities only for text that it generates/],
  ['lmStudio', /LM Studio returns log-probabilities only for text that it generates/],
] as const)('%s is answered with what it cannot do', async (kind, words) => {
  const server = await start(kind);
  const found = await findServer(server.address, send);
  expect(found.cannot).toMatch(words);
  expect(await problemOf(openServer(found, tokenizer))).toMatch(words);
});

test.each(['llamaCpp', 'vllm', 'llamaCppPython'] as const)(
  '%s: a tokenizer of another model is refused with the first difference',
  async kind => {
    const server = await start(kind, {
      tokenize: text => [...tokenizer.encode(text).ids].map((id, i) => (i === 4 ? 77 : id)),
    });
    expect(await problemOf(open(server))).toMatch(
      /The tokenizer is not that of .*: at "café's.*it has token 99, and the server has 77/,
    );
  },
);

describe('a tokenizer with one token more than the server', () => {
  const openWith = async (token: object) => {
    const own = writeModelFolder(mkdtempSync(join(scratch, 'more-')), { graph: false });
    const path = join(own, 'tokenizer.json');
    const json = JSON.parse(readFileSync(path, 'utf8'));
    json.added_tokens.push({ id: BYTE_VOCAB, content: '<image>', ...token });
    writeFileSync(path, JSON.stringify(json));
    return open(await start('llamaCpp'), own);
  };

  test('scores as the server does where it is special', async () => {
    const [own, plain] = [await openWith({ special: true }), await open(await start('llamaCpp'))];
    expect(own.tokenizer.vocabSize).toBe(BYTE_VOCAB + 1);
    expect(await scoresOf(own, TEXT)).toEqual(await scoresOf(plain, TEXT));
  });

  test('is refused where a text may have it', async () => {
    expect(await problemOf(openWith({ special: false }))).toMatch(
      /The tokenizer has 258 tokens, but the model at .* has 257\./,
    );
  });
});

test.each([
  ['vllm', folder, 'Requested prompt logprobs of 20, which is greater than max allowed: 3'],
  ['echo', withoutStart, "20 is greater than the maximum of 3 - 'logprobs'"],
  ['echo', withoutStart, 'logprobs: see rule 4.10: at most 3'],
] as const)(
  '%s with fewer alternatives allowed is asked for as many as it gives',
  async (kind, named, message) => {
    const server = await start(kind, { maxLogprobs: 3 });
    server.fault = ({ body }) =>
      Number(body.prompt_logprobs ?? body.logprobs ?? 0) > 3
        ? { status: 400, body: JSON.stringify({ error: { message } }) }
        : undefined;
    const { scores } = await scoresOf(await open(server, named), 'abc');
    const before = named === folder ? [START_ID, 97] : [97];
    const expected = logSoftmax(fakeLogits(before, BYTE_VOCAB));
    const order = [...expected.keys()].sort((a, b) => expected[b]! - expected[a]!);
    expect([...scores.topIds.subarray(5, 8)]).toEqual(order.slice(0, 3));
    expect(scores.topLogprobs[8]).toBeNaN();
    const [, piece] = await piecesOf(await findServer(server.address, send), 'abc');
    expect(piece!.top.length).toBeGreaterThan(1);
    expect(piece!.top.length).toBeLessThanOrEqual(3);
  },
);

test('llama.cpp says the exact distribution of the next token, and the bytes that follow from it', async () => {
  const model = await open(await start('llamaCpp'));
  const [row] = await model
    .asTokenModel()
    .rows([...tokenizer.encode('ab').ids], [{ parent: -1, token: -1 }], [0]);
  const expected = logSoftmax(fakeLogits([START_ID, 97, 98], BYTE_VOCAB));
  row!.forEach((value, id) => expect(value).toBeCloseTo(expected[id]!, 4));
});

test('a server of the likeliest tokens alone refuses exact bytes by name', async () => {
  const model = await open(await start('vllm'));
  expect(() => model.byteRules).toThrow(
    /vLLM, which returns probabilities only for the most likely/,
  );
  const [row] = await model.asTokenModel().rows([97], [{ parent: -1, token: -1 }], [0]);
  const expected = logSoftmax(fakeLogits([START_ID, 97], BYTE_VOCAB));
  expect(row!.filter(value => value > -Infinity)).toHaveLength(20);
  row!.forEach((value, id) => {
    if (value > -Infinity) expect(value).toBeCloseTo(expected[id]!, 4);
  });
});

test('long texts are scored in windows, what is visible first where a server scores parts', async () => {
  const server = await start('llamaCpp', { contextTokens: 33 });
  const model = await open(server);
  expect(model.info.contextTokens).toBe(31);
  const text = 'abcdefg\n'.repeat(12);
  const document = new Document('a', 0, text);
  const scored: number[] = [];
  let firstKnown: number | undefined;
  await scoreTokens(model, document, {
    visible: [{ utf16Start: 60, utf16End: 70 }],
    maxTokens: Infinity,
    signal,
    onScored: count => {
      scored.push(count);
      firstKnown ??= document
        .scoresOf(0, text.length)
        .scores.logprobs.findIndex(value => !Number.isNaN(value));
    },
  });
  expect(firstKnown).toBeGreaterThanOrEqual(58);
  expect(scored.at(-1)).toBe(text.length);
  const { scores } = document.scoresOf(0, text.length);
  const { ids } = document.tokensBy(tokenizer);
  for (const [row, id] of ids.entries()) {
    const context = ids.subarray(row - scores.contexts[row]!, row);
    const expected = logSoftmax(fakeLogits([START_ID, ...context], BYTE_VOCAB));
    expect(scores.logprobs[row]).toBeCloseTo(expected[id]!, 4);
  }
});

test('opening a server can be given up at any request', async () => {
  const server = await start('vllm');
  for (const path of ['/v1/models', '/version', '/tokenize', '/v1/completions']) {
    const controller = new AbortController();
    server.fault = seen => {
      if (seen.path !== path) return undefined;
      controller.abort();
      return { isSilent: true };
    };
    const named = addressText({ ...readAddress(server.address), tokenizer: folder });
    const opening = { send, signal: controller.signal };
    await expect(Model.open(named, 2048, noRuntime, undefined, opening)).rejects.toBeInstanceOf(
      Cancelled,
    );
  }
});

test.each([...byIds, ...byText])('%s: no request is longer than the server holds', async kind => {
  const named = byText.includes(kind) ? withoutStart : folder;
  // Two of the kinds do not say how much they hold: then the user's limit is of the whole request.
  const model = await open(await start(kind, { contextTokens: 40 }), named, 40);
  const { pending } = await scoresOf(model, 'some words of a text\n'.repeat(5));
  expect(pending).toBe(0);
});

test('an edit asks for what it changed', async () => {
  const server = await start('llamaCpp');
  const model = await open(server);
  const text = 'abcdefgh '.repeat(20);
  const document = new Document('a', 0, text);
  const run = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };
  await scoreTokens(model, document, run);
  const completions = () => server.seen.filter(({ path }) => path === '/completion');
  const before = completions().length;
  document.edit(1, [{ utf16Start: 170, utf16End: 171, text: 'x' }]);
  await scoreTokens(model, document, run);
  const asked = completions()
    .slice(before)
    .map(({ body }) => body.n_predict as number);
  expect(asked.reduce((sum, count) => sum + count, 0)).toBe(10);
});

test('a model of a server names its host, and what it cannot say', async () => {
  const server = await start('sglang', { model: 'owner/fake' });
  const path = addressText({
    ...readAddress(server.address),
    tokenizer: folder,
    model: 'owner/fake',
  });
  const model = await Model.open(path, 64, noRuntime, undefined, { send });
  expect(model.info.name).toBe(`fake at 127.0.0.1:${server.port}`);
  expect(model.info.lacks).toEqual({
    varentropies: 'SGLang returns only the 20 most likely tokens, and this needs all of them',
  });
});

test.each(['llamaCpp', 'vllm', 'sglang'] as const)('%s continues a text by seeds', async kind => {
  const model = await open(await start(kind));
  const rule = { temperature: 0, topP: 1, maxTokens: 3, seeds: Uint32Array.of(1, 2) };
  const written = await model.sample([97], rule, signal);
  const expected: number[] = [];
  for (let i = 0; i < 3; i++) {
    const row = fakeLogits([START_ID, 97, ...expected], BYTE_VOCAB);
    expected.push(row.indexOf(Math.max(...row)));
  }
  expect(written.map(ids => [...ids])).toEqual([expected, expected]);
});

const PENALTIES = { presence_penalty: 0, frequency_penalty: 0 };
const OF_LLAMA_CPP = {
  dry_multiplier: 0,
  xtc_probability: 0,
  typical_p: 1,
  mirostat: 0,
  dynatemp_range: 0,
  top_n_sigma: -1,
};
test.each([
  ['llamaCpp', { top_k: 0, repeat_penalty: 1, ...OF_LLAMA_CPP }],
  ['vllm', { top_k: -1, repetition_penalty: 1 }],
  ['sglang', { top_k: -1, repetition_penalty: 1 }],
] as const)('%s samples as is asked, whatever its defaults are', async (kind, neutral) => {
  const server = await start(kind);
  const model = await open(server);
  const rule = { temperature: 1, topP: 0.9, maxTokens: 1, seeds: Uint32Array.of(1) };
  await model.sample([97], rule, signal);
  const body = server.seen.findLast(({ body }) => JSON.stringify(body).includes('"top_p"'))!.body;
  const said = (body.sampling_params ?? body) as Record<string, unknown>;
  expect(said).toMatchObject({ temperature: 1, top_p: 0.9, min_p: 0, ...PENALTIES, ...neutral });
});

test('a server that refuses in the middle is an answer with the reason', async () => {
  const server = await start('vllm');
  const engine = engineServer(async path => Model.open(path, 512, noRuntime, undefined, { send }));
  const path = addressText({ ...readAddress(server.address), tokenizer: folder });
  await engine.openModel({ folder: path, contextLimit: 512 }, signal);
  const at = { uri: 'a', version: 1 };
  await engine.setDocument({ ...at, text: TEXT }, signal);
  server.fault = () => ({ status: 400, body: '{"error":{"message":"too long"}}' });
  const request = { ...at, passes: ['tokens'] as const, visible: [], maxTokens: 1e6 };
  expect(await engine.score(request, signal)).toEqual({
    refused: expect.stringMatching(/^127\S+ refuses the request \(400\): too long$/),
  });
  server.fault = () => undefined;
  expect(await engine.score(request, signal)).not.toHaveProperty('refused');
});

test('a pair of servers is contrasted by the tokens of the text', async () => {
  const [good, bad] = [await start('vllm', { seed: 17 }), await start('sglang', { seed: 99 })];
  const member = ({ address }: FakeServer) => ({
    folder: addressText({ ...readAddress(address), tokenizer: folder }),
  });
  const engine = engineServer(async path => Model.open(path, 512, noRuntime, undefined, { send }));
  const { folder: model } = member(good);
  await engine.openModel({ folder: model, contextLimit: 512 }, signal);
  await engine.choosePair({ members: { positive: member(good), negative: member(bad) } }, signal);
  const at = { uri: 'a', version: 1 };
  await engine.setDocument({ ...at, text: TEXT }, signal);
  const range = { utf16Start: 0, utf16End: TEXT.length };
  const passes = ['contrast'] as const;
  expect(
    await engine.score({ ...at, passes, visible: [range], maxTokens: 1e6 }, signal),
  ).not.toHaveProperty('refused');
  const view = await engine.view({ ...at, range, maxTokens: 1e6, passes }, signal);
  const { positive, negative, divergences } = view.scores!.contrast!;
  for (const [row, id] of view.ids.entries()) {
    const before = [START_ID, ...view.ids.subarray(0, row)];
    expect(positive[row]).toBeCloseTo(logSoftmax(fakeLogits(before, BYTE_VOCAB, 17))[id]!, 4);
    expect(negative[row]).toBeCloseTo(logSoftmax(fakeLogits(before, BYTE_VOCAB, 99))[id]!, 4);
    expect(divergences[row]).toBeNaN();
  }
});

test.each([
  ['llamaCpp', 'exact', /^$/],
  ['vllm', 'one-token', /vLLM, which returns probabilities only for the most likely/],
  ['sglang', 'one-token', /SGLang, which returns probabilities only for the most likely/],
] as const)('%s completes with healing: %s', async (kind, healing, inexact) => {
  const model = await open(await start(kind));
  const view = await completeAt(model, 'abc', 3, OPTIONS, signal);
  expect(view.healing).toBe(healing);
  expect(view.inexact).toMatch(inexact);
  const [item] = view.items;
  // Each token has the number of the model after those before it.
  const before = [START_ID, ...tokenizer.encode('abc').ids];
  before.length -= view.rolledBack.length;
  for (const { id, logprob } of item!.tokens) {
    const expected = logSoftmax(fakeLogits(before, BYTE_VOCAB));
    expect(logprob).toBeCloseTo(expected[id]!, 3);
    before.push(id);
  }
  expect(item!.tokens.length).toBeGreaterThan(0);
});

const OPTIONS: CompletionOptions = {
  healings: ['exact', 'one-token'],
  mode: 'none',
  rollback: 'auto',
  suffixFrom: 'auto',
  contextTokens: 512,
  maxTokens: 4,
  maxTimeMs: Infinity,
  singleLine: false,
  minProbability: 0,
  candidates: 1,
  temperature: 0,
  topP: 1,
  seed: 1,
  language: 'plaintext',
  except: [],
  drafts: false,
  alternatives: 0,
  logprobs: false,
};

process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
