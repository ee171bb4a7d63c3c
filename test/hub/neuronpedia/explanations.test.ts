// Explanations from a bucket that cuts, answers something else, lies about what it has, and leads elsewhere.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { findExplanations } from '../../../src/hub/neuronpedia/explanations';
import { explanationFacts, getExplanations } from '../../../src/hub/neuronpedia/getExplanations';
import { neuronpediaClient, neuronpediaEnvironment } from '../../../src/hub/neuronpedia/origin';
import type { FakeHub, Fault } from '../../support/fakeHub';
import {
  batch,
  explanation,
  SOURCE,
  startNeuronpedia,
  type FakeBucket,
} from '../../support/fakeNeuronpedia';
import { cacheFolder, pauses, problemOf, setUpHub, startHub } from '../../support/hubClient';

setUpHub();

const FOLDER = `v1/${SOURCE}/explanations`;
const files = Object.fromEntries(
  [0, 1, 2, 10].map(i => [
    `${FOLDER}/batch-${i}.jsonl.gz`,
    batch(...Array.from({ length: 200 }, (_, j) => explanation(200 * i + j, `about ${i} ${j}`))),
  ]),
);
const { signal } = new AbortController();

function clientOf({ endpoint }: FakeHub, isOffline = false) {
  const wait = async (ms: number) => void pauses.push(ms);
  const environment = { endpoint, token: undefined, cacheFolder, isOffline };
  return neuronpediaClient(environment, { fetch, wait });
}

const folder = () => join(cacheFolder, 'explanations');

async function getAll(
  server: FakeHub,
  options: Partial<Parameters<typeof getExplanations>[3]> = {},
) {
  const client = clientOf(server);
  const [found] = await findExplanations(client, SOURCE);
  return getExplanations(client, found!, folder(), { signal, ...options });
}

test('the list is read part by part, then all files are there and right', async () => {
  const server = await startNeuronpedia({ files });
  const seen: string[] = [];
  const paths = await getAll(server, { onProgress: (done, all) => seen.push(`${done}/${all}`) });
  expect(paths.map(path => readFileSync(path))).toEqual(Object.values(files).map(Buffer.from));
  expect(gunzipSync(readFileSync(paths[3]!)).toString()).toContain('about 10 199');
  const all = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  expect(seen.at(-1)).toBe(`${all}/${all}`);
  expect(server.seen.filter(({ path }) => path.startsWith('/?'))).toHaveLength(2);
  expect(server.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
});

test('what is asked says where, what, how much and what is kept', async () => {
  const server = await startNeuronpedia({ files });
  const client = clientOf(server);
  const [found] = await findExplanations(client, SOURCE);
  expect(explanationFacts(client, found!, '/cache/labels/x.jsonl')).toEqual([
    ['from', new URL(server.endpoint).host],
    ['asked for', `${FOLDER}, 4 files`],
    ['download', expect.stringMatching(/^[\d.]+ kB$/)],
    ['kept', 'the labels alone, in /cache/labels/x.jsonl'],
    ['terms', 'those of www.neuronpedia.org'],
  ]);
});

test('several folders are of several explaining models; what is no batch is left out', async () => {
  const server = await startNeuronpedia({
    files: {
      ...files,
      [`v1/${SOURCE}/explanations-gpt-4o-mini/batch-0.jsonl.gz`]: batch('{}'),
      [`v1/${SOURCE}/explanations/../../x/batch-0.jsonl.gz`]: batch('{}'),
      [`v1/${SOURCE}/explanations/readme.txt`]: batch('{}'),
    },
    listed: 1000,
  });
  const found = await findExplanations(clientOf(server), SOURCE);
  expect(found.map(({ folder, files }) => [folder, files.length])).toEqual([
    ['explanations', 4],
    ['explanations-gpt-4o-mini', 1],
  ]);
});

test('a name that it does not have is said, and one that is none is not asked for', async () => {
  const server = await startNeuronpedia({ files });
  expect(await problemOf(findExplanations(clientOf(server), 'gpt2-small/9-res-jb'))).toBe(
    `Neuronpedia has no explanations for gpt2-small/9-res-jb at ${server.endpoint}. Check the name on www.neuronpedia.org.`,
  );
  const asked = server.seen.length;
  for (const name of ['gpt2-small', '../x', 'a/b/c', 'a/b&prefix=', ''])
    expect(await problemOf(findExplanations(clientOf(server), name))).toContain(
      'is not a Neuronpedia name',
    );
  expect(server.seen).toHaveLength(asked);
});

const HTML = '<!doctype html><title>Sign in</title>';
const lists: [string, Partial<FakeBucket>, RegExp][] = [
  ['answers 404', { fault: () => ({ status: 404 }) }, /^the list of .* is no longer at http/],
  ['refuses', { fault: () => ({ status: 403 }) }, /answered 403\. Check TOKENSCOPE_NEURONPEDIA/],
  ['answers 429', { fault: () => ({ status: 429 }) }, /it answers 429, 5 times in a row\./],
  [
    'answers a page',
    { fault: () => ({ body: HTML }) },
    /cannot be used: it is not a list of files\. Check that T/,
  ],
  ['is cut', { fault: () => ({ isCut: true }) }, /cannot be reached: /],
  [
    'says no checksums',
    { edit: xml => xml.replace(/<ETag>.*?<\/ETag>/g, '') },
    /it says no size or no checksum of a file/,
  ],
  [
    'says odd sizes',
    { edit: xml => xml.replace(/<Size>\d+/g, '<Size>-1') },
    /it says no size or no checksum of a file/,
  ],
  [
    'goes on for ever',
    {
      edit: xml =>
        xml.replace(
          /<IsTruncated>false/,
          '<NextContinuationToken>0</NextContinuationToken><IsTruncated>true',
        ),
    },
    /has no end/,
  ],
];

test.each(lists)('a list that %s', async (_, bucket, message) => {
  const server = await startNeuronpedia({ files, ...bucket });
  expect(await problemOf(findExplanations(clientOf(server), SOURCE))).toMatch(message);
});

const ofFiles = (fault: Fault) => (seen: { path: string }) =>
  seen.path.includes('/batch-2') ? fault : undefined;

test.each([
  [
    'answers 404',
    { status: 404 },
    /^batch-2\.jsonl\.gz of gpt2-small\/8-res-jb is no longer at http/,
  ],
  ['answers 429', { status: 429 }, /from Neuronpedia: it answers 429, 5 times in a row\./],
  [
    'answers a page',
    { body: HTML },
    /has 37 bytes where it is downloaded from, and \d+ by the list/,
  ],
  ['answers other bytes', { body: new Uint8Array(3000) }, /bytes where it is downloaded from/],
] as [string, Fault, RegExp][])('a file that %s', async (_, fault, message) => {
  const server = await startNeuronpedia({ files, fault: ofFiles(fault) });
  expect(await problemOf(getAll(server))).toMatch(message);
});

test('a file of another content than its checksum is of is not kept', async () => {
  const [key] = Object.keys(files).slice(2);
  const other = files[key!]!.map(byte => byte ^ 1);
  const server = await startNeuronpedia({ files, fault: ofFiles({ body: other }) });
  expect(await problemOf(getAll(server))).toContain('does not match the checksum of Neuronpedia');
  expect(existsSync(join(folder(), 'batch-2.jsonl.gz'))).toBe(false);
});

test('a connection that is cut is continued where it was', async () => {
  let cuts = 0;
  const server = await startNeuronpedia({
    files,
    fault: seen => (seen.path.includes('/batch-') && cuts++ < 3 ? { stopAfter: 500 } : undefined),
  });
  let arrived = 0;
  // All connections are cut once something has arrived.
  const onProgress = (done: number) => {
    if (done > arrived) server.cut();
    arrived = Math.max(arrived, done);
  };
  const paths = await getAll(server, { onProgress });
  expect(paths.map(path => readFileSync(path))).toEqual(Object.values(files).map(Buffer.from));
  // Of how many files some had arrived by the first cut depends on the machine.
  expect(server.seen.some(({ range }) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
});

test('a redirect to another origin is not followed, and one within is', async () => {
  const other = await startHub();
  other.fault = () => ({ body: HTML });
  const server = await startNeuronpedia({
    files,
    fault: ({ path }) =>
      path.includes('/batch-2')
        ? { status: 302, headers: { location: `${other.endpoint}${path}` } }
        : undefined,
  });
  expect(await problemOf(getAll(server))).toMatch(
    /^batch-2\.jsonl\.gz of .* is redirected by http.* to an address that is not followed\.$/,
  );
  expect(other.seen).toEqual([]);
  const within = await startHub();
  within.fault = ({ path }) =>
    path.startsWith('/?')
      ? { status: 302, headers: { location: '/moved' } }
      : { body: '<ListBucketResult></ListBucketResult>' };
  expect(await problemOf(findExplanations(clientOf(within), SOURCE))).toContain(
    'has no explanations',
  );
  expect(within.seen.map(({ path }) => path.slice(0, 6))).toEqual(['/?list', '/moved']);
});

test('offline nothing is asked, and it is said what is read all the same', async () => {
  const server = await startNeuronpedia({ files });
  expect(await problemOf(findExplanations(clientOf(server, true), SOURCE))).toBe(
    'HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, so Neuronpedia is not contacted. You can still read a file of labels.',
  );
  expect(server.seen).toEqual([]);
});

test('cancelled, it ends, and what failed in the others is not said', async () => {
  const server = await startNeuronpedia({
    files,
    fault: ({ path }) => (path.includes('/batch-') ? { stopAfter: 100 } : undefined),
  });
  const controller = new AbortController();
  const got = getAll(server, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(got).rejects.toThrow(Cancelled);
});

test('the origin is the one that the variable names, and no token goes there', () => {
  const named = (TOKENSCOPE_NEURONPEDIA?: string, more = {}) =>
    neuronpediaEnvironment({ TOKENSCOPE_NEURONPEDIA, HF_TOKEN: 'hf_secret', ...more });
  expect(named()).toMatchObject({
    endpoint: 'https://neuronpedia-datasets.s3.us-east-1.amazonaws.com',
    token: undefined,
    isOffline: false,
  });
  expect(named('http://127.0.0.1:9/').endpoint).toBe('http://127.0.0.1:9');
  expect(named('', { HF_HUB_OFFLINE: '1' }).isOffline).toBe(true);
  expect(() => named('file:///x')).toThrow(
    /^TOKENSCOPE_NEURONPEDIA is not a URL\. Set it to a URL such as https/,
  );
});
