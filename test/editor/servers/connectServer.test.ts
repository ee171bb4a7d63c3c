// The command of the window, and the gate that its requests go through, with servers on loopback and answers in place of a
// user. Hosts that are not this machine are `elsewhere.example`, to which a `fetch` of the test leads.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SecretStorage } from 'vscode';
import { connectServer, type ConnectOptions } from '../../../src/editor/servers/connectServer';
import { serverGate } from '../../../src/editor/servers/serverGate';
import { recentModels } from '../../../src/editor/models/recentModels';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { engineServer } from '../../../src/engine/server';
import type { SendToServer } from '../../../src/servers/transport';
import { fakeMemory } from '../../support/fakeMemory';
import { FakeServer, type FakeKind, type FakeServerOptions } from '../../support/fakeServers';
import { writeModelFolder } from '../../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-connect-'));
const folder = writeModelFolder(join(scratch, 'tokenizer'), { graph: false });
const { tokenizer } = readModelFolder(folder);
const { signal } = new AbortController();
const ELSEWHERE = 'http://elsewhere.example';
const realFetch = globalThis.fetch;

let fake: FakeServer;
let memory: ReturnType<typeof fakeMemory>;
let keys: Map<string, string>;
let gate: SendToServer;
let dailyTokens: number;
let sent: string[];

beforeEach(async () => {
  await use('llamaCpp');
  memory = fakeMemory({});
  keys = new Map();
  sent = [];
  dailyTokens = 0;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
    realFetch(url.replace(ELSEWHERE, fake.address), init),
  );
  gate = serverGate({
    memory,
    secrets: secrets(),
    isTrusted: () => true,
    requestsAtOnce: () => 2,
    dailyTokens: () => dailyTokens,
    onSent: words => sent.push(words),
  });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await fake.close();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function use(kind: FakeKind, options?: FakeServerOptions): Promise<void> {
  await fake?.close();
  fake = await FakeServer.start(kind, tokenizer, options);
}

const secrets = () =>
  ({
    get: async (name: string) => keys.get(name),
    store: async (name: string, key: string) => void keys.set(name, key),
  }) as unknown as SecretStorage;

interface Answers {
  /** Whether the button of a message is chosen. */
  readonly chooses?: boolean;
  readonly address?: string;
  readonly key?: string;
  readonly agrees?: boolean;
  readonly isTrusted?: boolean;
  /** The item of a list that is chosen, by its label. */
  readonly picks?: RegExp;
}

async function connect({
  address = fake.address,
  key,
  agrees = true,
  isTrusted = true,
  chooses = true,
  picks = /^/,
}: Answers = {}) {
  const shown: string[] = [];
  const opened: string[] = [];
  const server = engineServer(
    async () => {
      throw new Error('no model');
    },
    () => {},
    gate,
  );
  const options: ConnectOptions = {
    engine: {
      aside: (request: (remote: never) => unknown) =>
        request({
          findServer: (params: { address: string }) => server.findServer(params, signal),
        } as never),
    } as never,
    chosen: { memory },
    secrets: secrets(),
    isTrusted,
    open: async path => void opened.push(path),
    showPieces: async address => void shown.push(`pieces of ${address}`),
    ask: async ({ prompt, password }) => {
      shown.push(prompt ?? '');
      return password ? key : address;
    },
    choose: async (question, title) => {
      shown.push(question, title);
      return chooses ? title : undefined;
    },
    confirm: async (question, details) => {
      shown.push(question, ...details);
      return agrees;
    },
    showList: async items => {
      shown.push(...items.map(({ label }) => label));
      return items.find(({ label }) => picks.test(label));
    },
    pickPath: async () => folder,
    cancellable: async (_, work) => work(signal, { report() {} }, undefined as never),
  };
  const problem = await connectServer(options);
  return { problem, opened, shown };
}

test('a server on this machine is connected to without a question', async () => {
  const { problem, opened, shown } = await connect();
  expect(problem).toBeUndefined();
  const [path] = opened;
  expect(new URL(path!).origin).toBe(fake.address);
  expect(Object.fromEntries(new URLSearchParams(new URL(path!).hash.slice(1)))).toEqual({
    model: 'owner/fake',
    tokenizer: folder,
  });
  expect(shown.join()).not.toMatch(/Send your text/);
  expect(recentModels(memory)).toEqual([path]);
});

test('a host elsewhere is asked nothing before the user has said yes to its name', async () => {
  const refused = await connect({ address: ELSEWHERE, agrees: false });
  expect(refused.opened).toEqual([]);
  expect(fake.seen).toEqual([]);
  expect(refused.shown).toContain('Send your text to elsewhere.example?');
  expect(refused.shown.join()).toMatch(/The connection is not encrypted/);
  const agreed = await connect({ address: ELSEWHERE });
  expect(agreed.opened).toHaveLength(1);
  // Once.
  expect((await connect({ address: ELSEWHERE })).shown.join()).not.toMatch(/Send your text/);
});

test('a host that a setting names and nobody confirmed is sent nothing', async () => {
  const request = { url: `${ELSEWHERE}/completion`, body: '{}', tokens: 3, timeoutMs: 1000 };
  expect(await gate(request)).toEqual({
    refused: expect.stringMatching(/Nothing is sent to elsewhere.example until you allow it/),
  });
  expect(fake.seen).toEqual([]);
});

test('a workspace that is not trusted names no server', async () => {
  const { problem, shown } = await connect({ isTrusted: false });
  expect(problem).toMatch(/not available in an untrusted workspace/);
  expect(shown).toEqual([]);
});

test('a key is asked for where it is wanted, kept as a secret, and sent in a header', async () => {
  fake.fault = ({ authorization }) =>
    authorization === 'Bearer the-key' ? undefined : { status: 401, body: '{}' };
  const { opened, shown } = await connect({ key: ' the-key ' });
  expect(shown.join()).toMatch(/requires an API key/);
  expect(opened).toHaveLength(1);
  expect([...keys]).toEqual([[`tokenscope.server.${fake.address}`, 'the-key']]);
  expect(JSON.stringify([opened, memory.keys().map(key => memory.get(key)), sent])).not.toMatch(
    /the-key/,
  );
});

test('a key that the server refuses is said to be refused', async () => {
  fake.fault = () => ({ status: 403, body: '{}' });
  const { problem, opened } = await connect({ key: 'another-key' });
  expect(problem).toMatch(/refuses the request \(403\): .*TOKENSCOPE_SERVER_KEY/);
  expect(opened).toEqual([]);
});

test('without a tokenizer the text is shown in the server’s own pieces', async () => {
  await use('vllm');
  const { problem, opened, shown } = await connect({ picks: /own tokens/ });
  expect([problem, opened]).toEqual([undefined, []]);
  expect(shown).toContain(`pieces of ${fake.address}#model=owner%2Ffake`);
});

test('Ollama elsewhere is answered with what it cannot do, and the command that lists models', async () => {
  await use('ollama');
  const { problem, opened } = await connect();
  expect(problem).toMatch(
    /Ollama .*cannot score a given text\. .*"Tokenscope: Choose Model or Tokenizer…"/,
  );
  expect(opened).toEqual([]);
});

/** A program's folder of models, in which one is. */
async function withModelsIn(home: string, work: () => Promise<void>): Promise<void> {
  vi.stubEnv('HOME', home);
  vi.stubEnv('OLLAMA_MODELS', undefined);
  try {
    await work();
  } finally {
    vi.unstubAllEnvs();
  }
}

test('the model that Ollama serves from a file of this machine is opened by a button', async () => {
  const home = mkdtempSync(join(scratch, 'home-'));
  const models = join(home, '.ollama/models');
  const digest = `sha256:${'a'.repeat(64)}`;
  const manifest = join(models, 'manifests/registry.ollama.ai/library/tiny/1b');
  const blob = join(models, 'blobs', digest.replace(':', '-'));
  for (const path of [manifest, blob]) mkdirSync(join(path, '..'), { recursive: true });
  const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest, size: 4 }];
  writeFileSync(manifest, JSON.stringify({ layers }));
  writeFileSync(blob, 'GGUF');
  await use('ollama', { model: 'tiny:1b' });
  await withModelsIn(home, async () => {
    const { problem, opened, shown } = await connect();
    expect(problem).toBeUndefined();
    expect(shown).toEqual(
      expect.arrayContaining([expect.stringMatching(/cannot score/), 'Open tiny:1b Here']),
    );
    expect(opened).toEqual([blob]);
    expect((await connect({ chooses: false })).opened).toEqual([]);
  });
});

test('of the files of LM Studio the only one with the name of the model is opened', async () => {
  const home = mkdtempSync(join(scratch, 'home-'));
  const folder = join(home, '.lmstudio/models/publisher/Tiny-1B-GGUF');
  mkdirSync(folder, { recursive: true });
  const fileOf = (quantisation: string) => join(folder, `Tiny-1B-${quantisation}.gguf`);
  writeFileSync(fileOf('Q4_K_M'), 'GGUF');
  await withModelsIn(home, async () => {
    await use('lmStudio', { model: 'tiny-1b' });
    expect((await connect()).opened).toEqual([fileOf('Q4_K_M')]);
    writeFileSync(fileOf('Q8_0'), 'GGUF');
    // Nobody knows which of the two it serves.
    expect((await connect()).problem).toMatch(/LM Studio .*cannot score/);
    await use('lmStudio', { model: 'publisher/tiny-1b@q8_0' });
    expect((await connect()).opened).toEqual([fileOf('Q8_0')]);
  });
});

test('no more is sent elsewhere in a day than the limit', async () => {
  await connect({ address: ELSEWHERE });
  dailyTokens = 100;
  const ask = (tokens: number) =>
    gate({
      url: `${ELSEWHERE}/completion`,
      body: '{"prompt":[1],"n_predict":1}',
      tokens,
      timeoutMs: 5000,
    });
  expect(await ask(60)).toMatchObject({ status: 200 });
  expect(await ask(60)).toEqual({ refused: expect.stringMatching(/daily limit of 100 tokens/) });
  expect(await ask(40)).toMatchObject({ status: 200 });
  expect(sent.at(-1)).toBe(
    'Sent to elsewhere.example: 100 tokens in 2 requests; 100 to other machines today.',
  );
});

test('so many requests run at once', async () => {
  let running = 0;
  let most = 0;
  vi.stubGlobal('fetch', async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    return new Response('{}');
  });
  const request = { url: `${fake.address}/completion`, body: '{}', tokens: 1, timeoutMs: 5000 };
  const answers = await Promise.all(Array.from({ length: 9 }, () => gate(request)));
  expect(answers.every(answer => 'status' in answer)).toBe(true);
  expect(most).toBe(2);
});
