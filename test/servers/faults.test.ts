// Servers that answer something else than was asked for: one message, nothing shown, no hang.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Cancelled, UserError } from '../../src/core/errors';
import { logSoftmax } from '../../src/core/exactBytes/logSum';
import { readModelFolder } from '../../src/engine/models/modelFolder';
import type { Wait } from '../../src/network/retrying';
import { findServer, openServer, tryServer } from '../../src/servers/connect';
import type { Server, TokenRow } from '../../src/servers/server';
import { clientDefaults } from '../../src/servers/serverClient';
import { sendBy } from '../../src/servers/transport';
import { fakeLogits } from '../support/fakeBackend';
import {
  FakeServer,
  type FakeKind,
  type FakeServerOptions,
  type ServerFault,
} from '../support/fakeServers';
import { problemOf } from '../support/hubClient';
import { BYTE_VOCAB, START_ID, writeModelFolder } from '../support/modelFolder';
import { randomOf } from '../support/toys';
import { sampleOf, seedOr } from '../support/seed';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-servers-'));
const folder = writeModelFolder(join(scratch, 'tokenizer'), { graph: false, start: false });
const { tokenizer } = readModelFolder(folder);
const servers: FakeServer[] = [];
const pauses: number[] = [];
const wait: Wait = async ms => {
  pauses.push(ms);
};
const send = sendBy(fetch, () => undefined);
const options = { ...clientDefaults, wait };
const IDS = tokenizer.encode('the cat sat on the mat').ids;
const KINDS: FakeKind[] = ['llamaCpp', 'vllm', 'sglang', 'tgi', 'llamaCppPython'];

afterEach(async () => {
  pauses.length = 0;
  for (const server of servers.splice(0)) await server.close();
});
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

async function opened(
  kind: FakeKind,
  timeoutMs = 60_000,
): Promise<{ fake: FakeServer; server: Server }> {
  const fake = await FakeServer.start(kind, tokenizer);
  servers.push(fake);
  const found = await findServer(fake.address, send, undefined, { ...options, timeoutMs });
  return { fake, server: (await openServer(found, tokenizer)).server };
}

const isScoring = (path: string) => /completion|generate/.test(path);

async function failing(kind: FakeKind, fault: ServerFault): Promise<string> {
  const { fake, server } = await opened(kind, fault.isSilent ? 300 : undefined);
  fake.fault = ({ path }) => (isScoring(path) ? fault : undefined);
  return problemOf(tryServer(server, IDS));
}

test.each([
  ['a page of a proxy', { body: '<html>Sign in</html>' }, /an HTML page; a proxy/],
  ['text', { body: 'Service is fine' }, /its answer is not JSON: "Service is fine"/],
  ['NaN', { change: (body: string) => body.replace(/-\d+\.\d+/, 'NaN') }, /not JSON/],
  ['an empty object', { body: '{}' }, /returned 0 tokens where/],
  ['silence', { isSilent: true }, /accepted the request but did not answer within 0.3 s/],
  [
    'a key',
    { status: 401, body: '{}' },
    /API key is missing or not accepted.*TOKENSCOPE_SERVER_KEY/,
  ],
  [
    'a refusal',
    { status: 400, body: '{"error":{"message":"too long"}}' },
    /refuses the request \(400\): too long/,
  ],
] as [string, ServerFault, RegExp][])(
  '%s in place of an answer is one message',
  async (_, fault, words) => {
    expect(await failing('llamaCpp', fault)).toMatch(words);
  },
);

test.each([
  ['fewer tokens', (rows: Row[]) => rows.slice(1), /returned \d+ tokens where/],
  [
    'another id',
    (rows: Row[]) => [{ ...rows[0]!, id: 7 }, ...rows.slice(1)],
    /has token 7 where the tokenizer has/,
  ],
  [
    '−9999',
    (rows: Row[]) => [{ ...rows[0]!, logprob: -9999 }, ...rows.slice(1)],
    /a placeholder for a missing value/,
  ],
  ['null', (rows: Row[]) => [{ ...rows[0]!, logprob: null }, ...rows.slice(1)], /is null/],
  [
    'a positive number',
    (rows: Row[]) => [{ ...rows[0]!, logprob: 2 }, ...rows.slice(1)],
    /above 0/,
  ],
  [
    'too much probability',
    (rows: Row[]) => [
      {
        ...rows[0]!,
        top_logprobs: rows[0]!.top_logprobs.map(each => ({ ...each, logprob: -0.1 })),
      },
      ...rows.slice(1),
    ],
    /two log-probabilities|sum to/,
  ],
  [
    'no order',
    (rows: Row[]) => [
      { ...rows[0]!, top_logprobs: rows[0]!.top_logprobs.toReversed() },
      ...rows.slice(1),
    ],
    /not in order/,
  ],
] as [string, (rows: Row[]) => unknown[], RegExp][])(
  'llama.cpp with %s',
  async (_, change, words) => {
    const message = await failing('llamaCpp', {
      change: body => {
        const value = JSON.parse(body) as { completion_probabilities: Row[] };
        return JSON.stringify({
          ...value,
          completion_probabilities: change(value.completion_probabilities),
        });
      },
    });
    expect(message).toMatch(words);
    expect(message).toMatch(/which is not shown/);
  },
);

interface Row {
  id: number;
  logprob: number | null;
  top_logprobs: { id: number; logprob: number }[];
}

test('a rate limit and a failure that pass are waited for, as long as the server asks', async () => {
  const { fake, server } = await opened('vllm');
  const faults: (ServerFault | undefined)[] = [
    { status: 429, headers: { 'retry-after': '7' }, body: '{}' },
    { status: 503, body: 'busy' },
    { cutAfter: 20 },
  ];
  fake.fault = ({ path }) => (isScoring(path) ? faults.shift() : undefined);
  expect(await tryServer(server, IDS)).toHaveLength(IDS.length - 1);
  expect(pauses).toEqual([7000, 2000, 4000]);
});

test('a server is asked again as late as it wants, or not at all', async () => {
  const { fake, server } = await opened('vllm');
  const busy = (seconds: string) => ({
    status: 429,
    headers: { 'retry-after': seconds },
    body: '{"error":"slow down"}',
  });
  const faults = [busy('61'), busy('300'), busy('301')];
  fake.fault = ({ path }) => (isScoring(path) ? faults.shift() : undefined);
  expect(await problemOf(tryServer(server, IDS))).toMatch(
    /answered 429 \(slow down\), and asks to wait 5 min before the next request\.$/,
  );
  expect(pauses).toEqual([61_000, 300_000]);
});

test('a limit that does not pass is given up with what to do', async () => {
  const message = await failing('vllm', { status: 429, body: '{"error":"slow down"}' });
  expect(message).toMatch(/answered 429 \(slow down\), 5 times in a row/);
});

test('cancelling closes the connection', async () => {
  const { fake, server } = await opened('vllm');
  const controller = new AbortController();
  fake.fault = ({ path }) => {
    if (!isScoring(path)) return undefined;
    setImmediate(() => controller.abort());
    return { isSilent: true };
  };
  await expect(tryServer(server, IDS, controller.signal)).rejects.toThrow(Cancelled);
  await expect.poll(() => fake.closed).toBe(1);
});

test('a redirect to another host is refused with its name, and nothing is sent there', async () => {
  const other = await FakeServer.start('llamaCpp', tokenizer);
  servers.push(other);
  const message = await failing('llamaCpp', {
    status: 307,
    headers: { location: `${other.address}/completion` },
  });
  expect(message).toMatch(new RegExp(`redirects to ${other.address}`));
  expect(other.seen).toHaveLength(0);
});

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /its certificate is not trusted \(why\): .*NODE_EXTRA_CA_CERTS/],
  [
    'CERT_HAS_EXPIRED',
    /its certificate has expired \(why\): the operator of the server has to renew it/,
  ],
  ['CERT_NOT_YET_VALID', /check the clock of this machine/],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    /is for another name \(why\): use the host name of the certificate/,
  ],
  ['EPROTO', /does not speak TLS \(why\): check whether its address begins with http/],
])('a certificate that does not fit is an error, and not tried again: %s', async (code, words) => {
  let tries = 0;
  const broken = sendBy(
    () => {
      tries++;
      throw Object.assign(new TypeError('fetch failed'), { cause: { code, message: 'why' } });
    },
    () => 'secret-key',
  );
  const found = findServer('https://127.0.0.1:1', broken, undefined, options);
  expect(await problemOf(found)).toMatch(words);
  expect(tries).toBe(1);
});

test('an address with a key in it is refused before it is asked', async () => {
  for (const address of ['http://user:key@127.0.0.1:1', 'http://127.0.0.1:1?key=x', 'ftp://host'])
    expect(await problemOf(findServer(address, send, undefined, options))).toMatch(
      /must not contain a user name, a password or a query|is not a server address/,
    );
});

test('a key goes to the host, in the header alone', async () => {
  const fake = await FakeServer.start('llamaCpp', tokenizer);
  servers.push(fake);
  const keyed = sendBy(fetch, () => 'secret-key');
  const found = await findServer(fake.address, keyed, undefined, options);
  await tryServer((await openServer(found, tokenizer)).server, IDS);
  expect(new Set(fake.seen.map(({ authorization }) => authorization))).toEqual(
    new Set(['Bearer secret-key']),
  );
  expect(JSON.stringify(fake.seen.map(({ path, body }) => [path, body]))).not.toContain('secret');
});

test('an address that nothing answers at is one message', async () => {
  const fake = await FakeServer.start('llamaCpp', tokenizer);
  const { address } = fake;
  await fake.close();
  expect(await problemOf(findServer(address, send, undefined, options))).toMatch(
    /^127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/,
  );
});

test('a server that is loading its model says so, and other paths may fail in any way', async () => {
  const fake = await FakeServer.start('vllm', tokenizer);
  servers.push(fake);
  fake.fault = ({ path }) => (path === '/info' ? { status: 502, body: 'bad gateway' } : undefined);
  expect((await findServer(fake.address, send, undefined, options)).title).toBe('vLLM');
  fake.fault = () => ({ status: 503, body: '{"error":{"message":"Loading model"}}' });
  expect(await problemOf(findServer(fake.address, send, undefined, options))).toMatch(
    /answered 503 \(Loading model\)/,
  );
});

test('a gateway that answers 403 for paths that it does not have needs no key, one that answers 401 does', async () => {
  const fake = await FakeServer.start('vllm', tokenizer);
  servers.push(fake);
  const find = () => findServer(fake.address, send, undefined, options);
  const refusing = (status: number, paths: RegExp) => {
    fake.fault = ({ path }) => (paths.test(path) ? { status, body: '{}' } : undefined);
  };
  refusing(403, /^\/(props|info|api|get_)/);
  expect((await find()).title).toBe('vLLM');
  // llama.cpp lists its models to anybody.
  refusing(401, /^\/props/);
  expect(await problemOf(find())).toMatch(/API key is missing/);
  refusing(403, /^\/v1/);
  expect(await problemOf(find())).toMatch(/API key is missing/);
});

/** A proxy in front of vLLM that passes on nothing but OpenAI's paths. */
async function behindProxy(answers?: FakeServerOptions, status = 404) {
  const fake = await FakeServer.start('vllm', tokenizer, answers);
  servers.push(fake);
  fake.fault = ({ path }) => (path.startsWith('/v1/') ? undefined : { status, body: 'no' });
  return { fake, found: () => findServer(fake.address, send, undefined, options) };
}

test.each([404, 405])(
  'vLLM behind a proxy that answers %s to all but /v1 is opened, its ids compared there',
  async status => {
    const { found } = await behindProxy({}, status);
    const { server, idsCompared } = await openServer(await found(), tokenizer);
    expect(idsCompared).toBe(true);
    expect(await tryServer(server, IDS)).toHaveLength(IDS.length - 1);
    const other = await behindProxy({ tokenize: () => [...IDS] }, status);
    expect(await problemOf(openServer(await other.found(), tokenizer))).toMatch(
      /The tokenizer is not that of owner\/fake/,
    );
  },
);

test('a server that gives the ids of no text is opened without comparing them', async () => {
  const { fake, found } = await behindProxy();
  const { fault } = fake;
  // As older versions answer.
  fake.fault = seen =>
    fault(seen) ?? { change: body => body.replaceAll('"prompt_token_ids"', '"other"') };
  const { server, idsCompared } = await openServer(await found(), tokenizer);
  expect(idsCompared).toBe(false);
  expect(await tryServer(server, IDS)).toHaveLength(IDS.length - 1);
});

test('what is no server of a known kind is said to be none', async () => {
  const fake = await FakeServer.start('echo', tokenizer);
  servers.push(fake);
  fake.fault = () => ({ body: '<html>hello</html>' });
  expect(await problemOf(findServer(fake.address, send, undefined, options))).toMatch(
    /No supported server answers/,
  );
});

const RUNS = sampleOf(60, 1000);

test.each(KINDS)(
  '%s: answers changed at random end in numbers of the model or one message',
  async kind => {
    const random = randomOf(seedOr(23));
    const { fake, server } = await opened(kind);
    let problems = 0;
    for (let run = 0; run < RUNS; run++) {
      let isNumber = false;
      fake.fault = ({ path }) =>
        isScoring(path)
          ? {
              change: body => {
                const changed = mutated(body, random);
                isNumber = changed.isNumber;
                return changed.body;
              },
            }
          : undefined;
      try {
        const rows = await tryServer(server, IDS);
        // A number that was changed to a number that may be cannot be told from one.
        if (!isNumber) checkRows(kind, rows);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).not.toMatch(/undefined|\[object/);
        problems++;
      }
    }
    expect(problems).toBeGreaterThan(RUNS / 6);
  },
);

function checkRows(kind: FakeKind, rows: readonly TokenRow[]): void {
  expect(rows, kind).toHaveLength(IDS.length - 1);
  const start = kind === 'llamaCppPython' ? [START_ID] : [];
  for (const [i, { logprob, rank }] of rows.entries()) {
    const expected = logSoftmax(fakeLogits([...start, ...IDS.subarray(0, i + 1)], BYTE_VOCAB));
    const own = expected[IDS[i + 1]!]!;
    expect(logprob, kind).toBeCloseTo(own, 3);
    if (rank > 0) expect(rank, kind).toBe(expected.filter(value => value > own).length + 1);
  }
}

/** A value of the JSON taken out, doubled or replaced, or the text itself cut or broken. */
function mutated(body: string, random: () => number): { body: string; isNumber: boolean } {
  const at = (length: number) => Math.floor(random() * length);
  if (random() < 0.15) return { body: body.slice(0, at(body.length)), isNumber: false };
  if (random() < 0.1) {
    const place = at(body.length);
    return {
      body: `${body.slice(0, place)}${'{}[]",:x0'[at(9)]}${body.slice(place)}`,
      isNumber: true,
    };
  }
  const value: unknown = JSON.parse(body);
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const walk = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return;
    for (const key of Object.keys(each)) {
      places.push({ holder: each as Record<string, unknown>, key });
      walk((each as Record<string, unknown>)[key]);
    }
  };
  walk(value);
  const { holder, key } = places[at(places.length)]!;
  const before = holder[key];
  const isNumber = typeof before === 'number' || typeof before === 'string';
  const others = [null, -9999, 1e300, 'x', [], {}, true, 0, -1, 3];
  if (random() < 0.3 && !Array.isArray(holder)) delete holder[key];
  else if (Array.isArray(holder) && random() < 0.4)
    holder.splice(Number(key), random() < 0.5 ? 1 : 0, ...(random() < 0.5 ? [before] : []));
  else holder[key] = others[at(others.length)];
  return { body: JSON.stringify(value), isNumber };
}
