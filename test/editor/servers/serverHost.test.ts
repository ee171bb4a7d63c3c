// The log names every server that a text is sent to, and is not filled by one.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExtensionContext } from 'vscode';
import { serverHost } from '../../../src/editor/servers/serverHost';

let servers: Server[];
beforeAll(async () => {
  servers = [1, 2].map(() => createServer((_, response) => response.end('{}')));
  await Promise.all(
    servers.map(server => new Promise<void>(done => server.listen(0, '127.0.0.1', done))),
  );
});
afterAll(() => servers.forEach(server => server.close()));

test('one line for each server at first, and none for each request', async () => {
  const lines: string[] = [];
  const context = {
    globalState: { get: () => undefined, update: async () => {} },
    secrets: { get: async () => undefined },
  } as unknown as ExtensionContext;
  const host = serverHost(context, line => lines.push(line));
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  for (const port of [...ports, ...ports])
    await host.sendToServer(
      { url: `http://127.0.0.1:${port}/v1/completions`, body: '{}', tokens: 3, timeoutMs: 60_000 },
      new AbortController().signal,
    );
  expect(lines).toEqual(ports.map(port => `Sent to 127.0.0.1:${port}: 3 tokens in 1 request.`));
});
