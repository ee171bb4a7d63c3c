// Commands with the address of a server in place of a path; the server is on loopback, in this process.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { logSoftmax } from '../../src/core/exactBytes/logSum';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import { readModelFolder } from '../../src/engine/models/modelFolder';
import { fakeLogits } from '../support/fakeBackend';
import { FakeServer, type FakeKind, type FakeServerOptions } from '../support/fakeServers';
import { BYTE_VOCAB, START_ID, writeModelFolder } from '../support/modelFolder';
import { authority } from '../support/certificate';
import { linesOf, scratch, setUpCommandLine, start, type Result } from './support';

setUpCommandLine();

let folder: string;
let withoutStart: string;
let tokenizer: Tokenizer;
let server: FakeServer | undefined;

beforeAll(() => {
  folder = writeModelFolder(join(scratch, 'tokenizer'), { graph: false });
  withoutStart = writeModelFolder(join(scratch, 'plain'), { graph: false, start: false });
  ({ tokenizer } = readModelFolder(folder));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(kind: FakeKind, options?: FakeServerOptions): Promise<string> {
  server = await FakeServer.start(kind, tokenizer, options);
  return server.address;
}

/** Not in this thread, in which the server answers. */
async function tokenscope(
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const child = start(args, { NO_COLOR: '1', ...env });
  let [out, err] = ['', ''];
  child.stdout!.on('data', chunk => (out += chunk));
  child.stderr!.on('data', chunk => (err += chunk));
  child.stdin!.end(input);
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, out, err };
}

test('the tokens of a trace have the bounds of the entropy that inspect prints', async () => {
  const model = `${await serve('vllm')}#tokenizer=${folder}`;
  const trace = join(scratch, 'answer.jsonl');
  const content = '<think>2+2 is 4.</think> 4';
  writeFileSync(trace, `${JSON.stringify({ messages: [{ role: 'assistant', content }] })}\n`);
  const { out, err } = await tokenscope([
    'trace',
    trace,
    '--sample',
    '1',
    '--model',
    model,
    '--json',
  ]);
  expect(err).toBe('');
  const tokens = linesOf(out);
  expect(tokens.length).toBeGreaterThan(5);
  for (const { entropy, entropyLow, entropyHigh } of tokens) {
    expect(entropy).toBeNull();
    expect(entropyLow).toBeGreaterThan(0);
    expect(entropyHigh).toBeGreaterThan(entropyLow as number);
  }
});

test('serve-check says what a server gives, and the first tokens of a text', async () => {
  const url = await serve('vllm');
  const { code, out, err } = await tokenscope([
    'serve-check',
    url,
    '--tokenizer',
    folder,
    '--json',
  ]);
  expect([code, err]).toEqual([0, '']);
  const [facts, ...rows] = linesOf(out);
  expect(facts).toMatchObject({
    kind: 'vLLM',
    version: '0.33.0',
    model: 'owner/fake',
    alternatives: 20,
    rank: 'every',
    entropy: 'bounds',
    varentropy: false,
    bytes: false,
    completions: 'likeliest',
    rollouts: true,
    idsCompared: true,
    tokenizer: folder,
  });
  expect(rows).toHaveLength(5);
  const pretty = await tokenscope(['serve-check', url, '--tokenizer', folder]);
  expect(pretty.out).toMatch(/^server +vLLM 0\.33\.0 at http:\/\/127/);
  expect(pretty.out).toMatch(/^varentropy +not known: it needs the whole distribution$/m);
});

test('serve-check says that the ids of a server without a tokenizer were not compared', async () => {
  const url = await serve('llamaCppPython');
  server!.fault = ({ path }) =>
    path === '/extras/tokenize' ? { status: 404, body: '' } : undefined;
  const args = ['serve-check', url, '--tokenizer', withoutStart];
  const { code, out, err } = await tokenscope([...args, '--json']);
  expect([code, err]).toEqual([0, '']);
  expect(linesOf(out)[0]).toMatchObject({ kind: 'llama-cpp-python', idsCompared: false });
  expect((await tokenscope(args)).out).toMatch(/^its token ids match +not compared beforehand/m);
});

test('serve-check says what a server cannot, and ends well', async () => {
  const { code, out } = await tokenscope(['serve-check', await serve('ollama'), '--json']);
  expect(code).toBe(0);
  expect(linesOf(out)).toEqual([
    expect.objectContaining({ kind: 'Ollama', cannot: expect.stringMatching(/cannot score/) }),
  ]);
});

test('inspect prints the numbers of the server, and null for what it does not say', async () => {
  const args = ['inspect', '-', '--model', await serve('vllm'), '--tokenizer', folder, '--json'];
  const { code, out, err } = await tokenscope(args, 'abc', { TOKENSCOPE_SERVER_KEY: 'the-key' });
  expect([code, err]).toEqual([0, '']);
  const lines = linesOf(out);
  expect(lines).toHaveLength(3);
  const expected = logSoftmax(fakeLogits([START_ID, 97], BYTE_VOCAB));
  expect(lines[1].logprob).toBeCloseTo(expected[98]!, 4);
  expect(lines[1]).toMatchObject({ id: 98, entropy: null, varentropy: null });
  expect(lines[1].entropyLow).toBeLessThan(lines[1].entropyHigh);
  expect(lines[1].rank).toBe(expected.filter(value => value > expected[98]!).length + 1);
  expect(server!.seen.every(({ authorization }) => authorization === 'Bearer the-key')).toBe(true);
});

test('a model whose tokenizer is not known here is refused with what to do', async () => {
  const { code, err } = await tokenscope(['inspect', '-', '--model', await serve('vllm')], 'abc', {
    HF_HUB_CACHE: scratch,
  });
  expect(code).toBe(2);
  expect(err).toMatch(
    /The tokenizer of owner\/fake at 127\S+ is not on this machine\. Give it after the address.*tokenscope get owner\/fake --weights none/,
  );
});

test('a command without --tokenizer takes it as the message about it says', async () => {
  const args = ['layers', '-', '--lens', 'core-tokens', '--model'];
  const missing = await tokenscope([...args, await serve('vllm')], 'abc', {
    HF_HUB_CACHE: scratch,
  });
  const [named] = /http:\S+#tokenizer=PATH/.exec(missing.err) ?? [];
  expect(named).toBe(`${server!.address}#tokenizer=PATH`);
  const given = await tokenscope([...args, named!.replace('PATH', folder)], 'abc');
  expect(given.err).toMatch(/A server returns no activations/);
});

test('serve-check refuses to check a server without a tokenizer by name', async () => {
  const { code, err } = await tokenscope([
    'serve-check',
    await serve('vllm'),
    '--tokenizer',
    'none',
  ]);
  expect(code).toBe(2);
  expect(err).toMatch(/--tokenizer none works only with `inspect`/);
  expect(server!.seen).toEqual([]);
});

test('without a tokenizer the server’s own tokens are printed, and everything else is refused', async () => {
  const url = await serve('vllm');
  const args = ['--model', url, '--tokenizer', 'none'];
  const { code, out, err } = await tokenscope(['inspect', '-', ...args, '--json'], 'abc');
  expect([code, err]).toEqual([0, '']);
  const [first, second] = linesOf(out);
  expect(first).toMatchObject({ index: 0, id: null, bytes: '61', logprob: null, entropyLow: null });
  const expected = logSoftmax(fakeLogits([97], BYTE_VOCAB));
  expect(second.logprob).toBeCloseTo(expected[98]!, 4);
  expect(second).toMatchObject({ byteStart: 1, byteEnd: 2, utf16Start: 1, utf16End: 2, tokens: 1 });
  expect(second).toMatchObject({ entropy: null, entropyHigh: null, varentropy: null });
  expect(second.top).toHaveLength(5);
  const topped = ['inspect', '-', ...args, '--json', '--top'];
  const [, one] = linesOf((await tokenscope([...topped, '1'], 'abc')).out);
  expect(one).toEqual({ ...second, top: second.top.slice(0, 1) });
  const [, all] = linesOf((await tokenscope([...topped, '20'], 'abc')).out);
  expect(all.top).toHaveLength(20);
  expect(all.top.slice(0, 5)).toEqual(second.top);
  const pretty = await tokenscope(['inspect', '-', ...args], 'abc');
  expect(pretty.out).toMatch(/^3 pieces of the server\. Their ids are not known/m);
  const checked = await tokenscope(['serve-check', url, '--json'], '', { HF_HUB_CACHE: scratch });
  const [facts, ...pieces] = linesOf(checked.out);
  expect(facts.withoutTokenizer).toMatch(/The tokenizer of owner\/fake .* is not on this machine/);
  expect(pieces.map(({ bytes }) => bytes)).toEqual(['54', '68', '65', '20', '63']);
  const refused = await tokenscope(['tokens', '-', ...args], 'abc');
  expect([refused.code, refused.err]).toEqual([
    2,
    expect.stringMatching(/All other commands need ids/),
  ]);
});

test('a tokenizer beside a folder is refused', async () => {
  const { code, err } = await tokenscope(
    ['tokens', '-', '--model', folder, '--tokenizer', folder],
    'a',
  );
  expect(code).toBe(2);
  expect(err).toMatch(/--tokenizer is only for the model of a server/);
});

test('exact bytes of a server of the likeliest tokens are refused with exit code 3', async () => {
  const args = ['next', '-', '--at', '1', '--model', await serve('sglang'), '--tokenizer', folder];
  const { code, err } = await tokenscope(args, 'abc');
  expect(code).toBe(3);
  expect(err).toMatch(/SGLang, which returns probabilities only for the most likely/);
});

const trusted = authority();

test.each([
  [
    'of an authority that the machine does not know',
    {},
    false,
    /is not trusted \(.+\): add it to the trusted certificates, for example with NODE_EXTRA_CA_CERTS/,
  ],
  [
    'that has expired',
    { days: -1 },
    true,
    /has expired \(.+\): the operator of the server has to renew it/,
  ],
  [
    'for another name',
    { host: '10.0.0.1' },
    true,
    /is for another name \(.+10\.0\.0\.1\): use the host name/,
  ],
  ['that fits', {}, true, undefined],
] as const)('a certificate %s', async (_, options, isTrusted, problem) => {
  const url = await serve('vllm', { certificate: trusted.issue(options) });
  const file = join(scratch, 'authority.pem');
  writeFileSync(file, trusted.cert);
  const { code, out, err } = await tokenscope(
    ['serve-check', url, '--tokenizer', folder, '--json'],
    '',
    isTrusted ? { NODE_EXTRA_CA_CERTS: file } : {},
  );
  if (problem) {
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`${server!.port} cannot be reached: its certificate`));
    expect(err).toMatch(problem);
    expect(server!.seen).toEqual([]);
  } else {
    expect([code, err]).toEqual([0, '']);
    expect(linesOf(out)[0]).toMatchObject({ kind: 'vLLM', address: url });
  }
});
