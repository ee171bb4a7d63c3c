// The gate to servers: what is counted, when a day begins anew, and what the user is told of it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SecretStorage } from 'vscode';
import {
  isConfirmed,
  keepConfirmed,
  sentToday,
  serverGate,
} from '../../../src/editor/servers/serverGate';
import type { SendToServer } from '../../../src/servers/transport';
import { fakeMemory } from '../../support/fakeMemory';

const ELSEWHERE = 'https://models.example';
const HERE = 'http://127.0.0.1:8080';

let memory: ReturnType<typeof fakeMemory>;
let gate: SendToServer;
let limit: number;
let isTrusted: boolean;
let told: [words: string, host: string][];
let headers: Headers[];
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 12) });
  [memory, limit, told, headers] = [fakeMemory(), 0, [], []];
  isTrusted = true;
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    headers.push(new Headers(init.headers));
    return new Response('{}');
  });
  gate = serverGate({
    memory,
    secrets: {
      get: async (name: string) => (name === `tokenscope.server.${ELSEWHERE}` ? 'key' : undefined),
    } as unknown as SecretStorage,
    isTrusted: () => isTrusted,
    requestsAtOnce: () => 1,
    dailyTokens: () => limit,
    onSent: (...words) => told.push(words),
  });
  await keepConfirmed(memory, ELSEWHERE);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const send = (tokens: number, origin = ELSEWHERE) =>
  gate({ url: `${origin}/v1/completions`, body: '{}', tokens, timeoutMs: 1000 });

test('what goes to other machines is counted by the day, what stays here is not', async () => {
  await send(1500, HERE);
  expect([sentToday(memory), told.at(-1)]).toEqual([
    0,
    ['Sent to 127.0.0.1:8080: 1,500 tokens in 1 request.', '127.0.0.1:8080'],
  ]);
  await send(60);
  await send(40);
  expect(sentToday(memory)).toBe(100);
  expect(told.at(-1)).toEqual([
    'Sent to models.example: 100 tokens in 2 requests; 100 to other machines today.',
    'models.example',
  ]);
  vi.setSystemTime(Date.UTC(2026, 0, 3));
  expect(sentToday(memory)).toBe(0);
  await send(7);
  expect(told.at(-1)![0]).toBe(
    'Sent to models.example: 107 tokens in 3 requests; 7 to other machines today.',
  );
});

test('no text of an untrusted workspace is sent, wherever the server is named', async () => {
  isTrusted = false;
  for (const origin of [ELSEWHERE, HERE])
    expect(await send(1, origin)).toEqual({
      refused: expect.stringMatching(/untrusted workspace: its text is not sent anywhere/),
    });
  expect(headers).toEqual([]);
  expect(sentToday(memory)).toBe(0);
  // What has no text says which model the server has.
  expect(await send(0)).toMatchObject({ status: 200 });
  isTrusted = true;
  expect(await send(1)).toMatchObject({ status: 200 });
});

test('the limit is what may be sent in all, to the last token; of what was refused nothing counts', async () => {
  limit = 100;
  expect(await send(100)).toMatchObject({ status: 200 });
  expect(await send(1)).toEqual({ refused: expect.stringMatching(/daily limit of 100 tokens/) });
  expect([sentToday(memory), headers.length]).toEqual([100, 1]);
  // Nor what asks about the server alone, or goes to this machine.
  expect(await send(0)).toMatchObject({ status: 200 });
  expect(await send(500, HERE)).toMatchObject({ status: 200 });
  limit = 0;
  expect(await send(1_000_000)).toMatchObject({ status: 200 });
});

test('a request without a text is no news', async () => {
  await send(0);
  expect([told, sentToday(memory)]).toEqual([[], 0]);
});

test('a key goes to the origin that it is for', async () => {
  await send(1);
  await send(1, HERE);
  expect(headers.map(each => each.get('authorization'))).toEqual(['Bearer key', null]);
});

test('an origin is confirmed once, and another one of the same host is another one', async () => {
  await keepConfirmed(memory, ELSEWHERE);
  await keepConfirmed(memory, HERE);
  expect(memory.get('tokenscope.servers')).toEqual([ELSEWHERE]);
  await keepConfirmed(memory, 'https://other.example');
  expect(memory.get('tokenscope.servers')).toEqual([ELSEWHERE, 'https://other.example']);
  expect([ELSEWHERE, HERE, 'http://models.example'].map(at => isConfirmed(memory, at))).toEqual([
    true,
    true,
    false,
  ]);
  expect(await send(1, 'http://models.example')).toMatchObject({
    refused: expect.stringMatching(/^Nothing is sent to models\.example until you allow it\./),
  });
});
