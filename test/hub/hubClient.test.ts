// What goes to whom, and what answers that are none say.
import { expect, test } from 'vitest';
import { HubClient } from '../../src/hub/hubClient';
import { readRepository } from '../../src/hub/repository';
import { searchModels } from '../../src/hub/search';
import { hashOf, type Fault } from '../support/fakeHub';
import {
  cacheFolder,
  clientOf,
  get,
  problemOf,
  randomBytes,
  setUpHub,
  startHub,
} from '../support/hubClient';

setUpHub();

const NAME = 'owner/model';
const TOKEN = 'hf_secret';
const content = randomBytes(30_000);
const files = {
  'tokenizer.json': { content: Buffer.from('{}') },
  'model.safetensors': { content, isLarge: true },
};

test('a token goes to the endpoint, and never over a redirect to another origin', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const other = await startHub();
  other.fault = () => ({ body: content });
  hub.fault = ({ path }) =>
    path.endsWith('.safetensors')
      ? { status: 302, headers: { location: `${other.endpoint}/blob?signature=x` } }
      : undefined;
  await get(clientOf(hub, { token: TOKEN }), NAME);
  expect(hub.seen.map(({ authorization }) => authorization)).toEqual(
    hub.seen.map(() => `Bearer ${TOKEN}`),
  );
  expect(other.seen).toHaveLength(1);
  expect(other.seen[0]!.authorization).toBeUndefined();
  expect(JSON.stringify(other.seen)).not.toContain(TOKEN);
});

test('a redirect within the endpoint keeps the token, as for a repository with a new name', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const moved = `/api/models/${NAME}/revision/main?blobs=true`;
  hub.fault = ({ path }) =>
    path.startsWith('/api/models/old') ? { status: 307, headers: { location: moved } } : undefined;
  const found = await readRepository(clientOf(hub, { token: TOKEN }), 'old');
  expect(found.files).toHaveLength(2);
  expect(hub.seen.at(-1)?.authorization).toBe(`Bearer ${TOKEN}`);
});

test('a range is asked for again where a redirect leads', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const other = await startHub({ [NAME]: { files } });
  let sent = 0;
  other.fault = () => (sent++ === 0 ? { stopAfter: 10_000 } : undefined);
  hub.fault = ({ path }) =>
    path.endsWith('.safetensors')
      ? { status: 302, headers: { location: `${other.endpoint}${path}` } }
      : undefined;
  await get(clientOf(hub), NAME, {
    onProgress(done) {
      if (done === 10_002) other.cut();
    },
  });
  expect(other.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=10000-']);
});

test.each([
  ['file:///etc/passwd', 'an address that is not followed'],
  ['ftp://127.0.0.1/x', 'an address that is not followed'],
  ['/again', 'is redirected without end'],
])('a redirect to %s is not followed', async (location, words) => {
  const hub = await startHub();
  hub.fault = () => ({ status: 302, headers: { location } });
  expect(await problemOf(readRepository(clientOf(hub), NAME))).toContain(words);
});

test('a redirect from https to http is not followed', async () => {
  const headers = { location: 'http://example.org/x' };
  const redirects = (() =>
    Promise.resolve(new Response(null, { status: 302, headers }))) as typeof fetch;
  const environment = { endpoint: 'https://hub', token: TOKEN, cacheFolder, isOffline: false };
  const client = new HubClient(environment, { fetch: redirects, wait: () => Promise.resolve() });
  expect(await problemOf(readRepository(client, NAME))).toContain('that is not followed');
});

const answers: [string, Fault, string | undefined, RegExp][] = [
  [
    'asks for a token',
    { status: 401 },
    undefined,
    /has no owner\/model, or it is private\. Check the name; a private repository needs HF_TOKEN\.$/,
  ],
  [
    'does not know the token',
    { status: 401 },
    TOKEN,
    /^The hub rejects the token .*Create a new one at .*\/settings\/tokens\.$/,
  ],
  [
    'is gated, without a token',
    { status: 401, headers: { 'x-error-code': 'GatedRepo' } },
    undefined,
    /^owner\/model is gated\. Accept its terms at http.*\/owner\/model, then log in/,
  ],
  [
    'is gated, with a token of somebody else',
    { status: 403, headers: { 'x-error-code': 'GatedRepo' } },
    TOKEN,
    /the account of your token has no access\. Accept its terms at http.*\/owner\/model, and allow/,
  ],
  [
    'has no such repository',
    { status: 404, headers: { 'x-error-code': 'RepoNotFound' } },
    TOKEN,
    /has no owner\/model, or it is private\. Check the name; a private repository needs a token of an account/,
  ],
  [
    'has no such revision',
    { status: 404, headers: { 'x-error-code': 'RevisionNotFound' } },
    undefined,
    /^owner\/model has no revision "main"\. See http.*\/owner\/model\.$/,
  ],
  [
    'says why it does not answer',
    { status: 403, headers: { 'x-error-message': 'Disabled by its owner' } },
    undefined,
    /it answers 403 \(Disabled by its owner\)\.$/,
  ],
];

test.each(answers)('a hub that %s', async (_, fault, token, message) => {
  const hub = await startHub();
  hub.fault = () => fault;
  const problem = await problemOf(readRepository(clientOf(hub, { token }), NAME));
  expect(problem).toMatch(message);
  expect(problem).not.toContain(TOKEN);
  expect(hub.seen).toHaveLength(1);
});

test('a file that is gone is named', async () => {
  const hub = await startHub({ [NAME]: { files } });
  hub.fault = ({ path }) =>
    path.endsWith('tokenizer.json')
      ? { status: 404, headers: { 'x-error-code': 'EntryNotFound' } }
      : undefined;
  expect(await problemOf(get(clientOf(hub), NAME))).toMatch(
    /^owner\/model has no file tokenizer\.json at its revision c0ffee0*\.$/,
  );
});

test('a gated repository is refused without a token before anything is asked for', async () => {
  const hub = await startHub({ [NAME]: { files, info: { gated: 'manual' } } });
  expect(await problemOf(get(clientOf(hub), NAME))).toContain('owner/model is gated');
  expect(hub.asked).toEqual([]);
  await get(clientOf(hub, { token: TOKEN }), NAME);
  expect(hub.asked).toHaveLength(2);
});

test.each([
  ['no JSON', '<html>', 'it is not JSON'],
  ['a list', '[]', 'does not answer like a Hugging Face hub about owner/model'],
  ['no commit', '{"siblings":[]}', 'does not answer like a Hugging Face hub about owner/model'],
  [
    'a commit that is a path',
    '{"sha":"../../../../x"}',
    'does not answer like a Hugging Face hub about owner/model',
  ],
  ['deep lists', '['.repeat(100_000) + ']'.repeat(100_000), 'it is nested too deeply'],
  ['more than a list has', Buffer.alloc((32 << 20) + 1, 32), 'it is too long'],
  [
    'more files than a repository has',
    JSON.stringify({ sha: 'a'.repeat(40), siblings: Array.from({ length: 50_001 }, () => ({})) }),
    'has 50001 files; the limit is 50000',
  ],
])('a description that is %s is refused', async (_, body, words) => {
  const hub = await startHub();
  hub.fault = () => ({ body });
  expect(await problemOf(readRepository(clientOf(hub), NAME))).toContain(words);
});

test('keys of others shapes are left out, and licences are said as they are', async () => {
  const siblings = [
    null,
    3,
    { rfilename: 7 },
    { rfilename: 'a', size: 1, blobId: hashOf(content) },
  ];
  const hub = await startHub();
  const licences: [object, string][] = [
    [{ license: 'mit' }, 'mit'],
    [{ license: ['mit', 'apache-2.0'] }, 'mit, apache-2.0'],
    [{ license: 'other', license_name: 'qwen', license_link: 'https://x/L' }, 'qwen (https://x/L)'],
    [{ license: 7 }, 'not given'],
    [{}, 'not given'],
  ];
  for (const [cardData, licence] of licences) {
    const body = JSON.stringify({ sha: 'a'.repeat(40), siblings, cardData, __proto__: 1 });
    hub.fault = () => ({ body });
    const found = await readRepository(clientOf(hub), NAME);
    expect(found).toMatchObject({ licence, isGated: false });
    expect(found.files.map(({ name }) => name)).toEqual(['a']);
  }
});

test('offline nothing is asked', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const client = clientOf(hub, { isOffline: true });
  expect(await problemOf(readRepository(client, NAME))).toMatch(/^HF_HUB_OFFLINE or/);
  expect(hub.seen).toEqual([]);
});

test('a hub that cannot be reached is said at once', async () => {
  const hub = await startHub();
  const client = clientOf(hub);
  hub.close();
  expect(await problemOf(readRepository(client, NAME))).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED.*\. Check the network connection/,
  );
});

test('names that are none ask for nothing', async () => {
  const hub = await startHub();
  for (const name of ['../x', 'a/b/c', 'https://huggingface.co/a/b', 'a/b?x', 'a b', ''])
    expect(await problemOf(readRepository(clientOf(hub), name))).toContain(
      'is not a repository name',
    );
  expect(await problemOf(readRepository(clientOf(hub), NAME, '../x'))).toContain(
    'is not a valid branch',
  );
  expect(hub.seen).toEqual([]);
});

test('a search lists repositories with their formats', async () => {
  const hub = await startHub({ 'a/smol': { files }, 'b/smol': { files }, 'c/other': { files } });
  const found = await searchModels(clientOf(hub), 'smol');
  expect(found.map(({ name }) => name)).toEqual(['a/smol', 'b/smol']);
  expect(found[0]).toEqual({
    name: 'a/smol',
    downloads: 1234,
    formats: ['safetensors'],
    licence: 'mit',
    isGated: false,
  });
  hub.fault = () => ({ body: '{}' });
  expect(await problemOf(searchModels(clientOf(hub), 'smol'))).toContain(
    'does not answer searches like a Hugging Face hub',
  );
});
