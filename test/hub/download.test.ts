// Downloads from a hub that fails in every way: what is kept is right, or nothing is.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Cancelled } from '../../src/core/errors';
import { seededRandom } from '../../src/core/random';
import { download } from '../../src/hub/download';
import { planDownload, UNFINISHED } from '../../src/hub/plan';
import { readRepository } from '../../src/hub/repository';
import { COMMIT, hashOf, type FakeFile, type Fault } from '../support/fakeHub';
import {
  cacheFolder,
  clientOf,
  get,
  pauses,
  problemOf,
  randomBytes,
  setUpHub,
  startHub,
} from '../support/hubClient';
import { seedOr } from '../support/seed';

setUpHub();

const NAME = 'owner/tiny-model';
const WEIGHTS = 'model.safetensors';
const content = randomBytes(200_000);
const text = (words: string): FakeFile => ({ content: Buffer.from(words) });
const files: Record<string, FakeFile> = {
  '.gitattributes': text('*.safetensors filter=lfs'),
  'README.md': text('# A model'),
  'config.json': text('{"model_type":"llama"}'),
  'tokenizer.json': { content: randomBytes(5000, 2), isLarge: true },
  'tokenizer.model': text('not needed beside tokenizer.json'),
  'pytorch_model.bin': { content: randomBytes(10, 3), isLarge: true },
  [WEIGHTS]: { content, isLarge: true },
};
const NEEDED = ['README.md', 'config.json', 'tokenizer.json', WEIGHTS];

const withWeights = (own: Partial<FakeFile>) => ({
  [NAME]: { files: { ...files, [WEIGHTS]: { content, isLarge: true, ...own } } },
});
const weightsOnly = (fault: Fault) => (seen: { path: string }) =>
  seen.path.endsWith(WEIGHTS) ? fault : undefined;
const repositoryFolder = () => join(cacheFolder, 'models--owner--tiny-model');
const snapshot = () => join(repositoryFolder(), 'snapshots', COMMIT);
const blobs = () => readdirSync(join(repositoryFolder(), 'blobs')).sort();
const unfinished = () => join(repositoryFolder(), 'blobs', `${hashOf(content, true)}${UNFINISHED}`);

/** What an earlier download left. */
function leave(bytes: Uint8Array): void {
  mkdirSync(dirname(unfinished()), { recursive: true });
  writeFileSync(unfinished(), bytes);
}

function expectAllRight(): void {
  for (const name of NEEDED)
    expect(readFileSync(join(snapshot(), name)).equals(files[name]!.content), name).toBe(true);
  expect(blobs()).toEqual(
    NEEDED.map(name => hashOf(files[name]!.content, files[name]!.isLarge)).sort(),
  );
}

test('what is needed and no more lies where every other tool looks for it', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const progress: number[] = [];
  const plan = await get(clientOf(hub), NAME, { onProgress: done => progress.push(done) });
  expectAllRight();
  expect(hub.asked).toEqual(NEEDED);
  expect(readlinkSync(join(snapshot(), WEIGHTS))).toBe(
    join('..', '..', 'blobs', hashOf(content, true)),
  );
  expect(readFileSync(join(repositoryFolder(), 'refs/main'), 'utf8')).toBe(COMMIT);
  expect(plan.path).toBe(snapshot());
  expect(progress.at(-1)).toBe(plan.bytes);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

test('what is there is asked for no more, whoever downloaded it', async () => {
  const hub = await startHub({ [NAME]: { files } });
  await get(clientOf(hub), NAME);
  const plan = await get(clientOf(hub), NAME);
  expect([plan.missing, hub.asked.length]).toEqual([0, NEEDED.length]);
});

test('a file in a folder is linked from there', async () => {
  const graph = 'onnx/model.onnx';
  const hub = await startHub({ [NAME]: { files: { ...files, [graph]: { content } } } });
  await get(clientOf(hub), NAME, {}, 'onnx');
  expect(readlinkSync(join(snapshot(), graph))).toBe(
    join('..', '..', '..', 'blobs', hashOf(content)),
  );
  expect(readFileSync(join(snapshot(), graph)).equals(content)).toBe(true);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('cut at random points, %i', async seed => {
  const hub = await startHub({ [NAME]: { files } });
  const random = seededRandom(seedOr(seed));
  let before: number | undefined;
  const cuts: number[] = [];
  hub.fault = ({ path, range }) => {
    if (!path.endsWith(WEIGHTS)) return undefined;
    const stopAfter = 1 + Math.floor(random() * 60_000);
    cuts.push(Number(/\d+/.exec(range ?? '0')![0]) + stopAfter);
    return { stopAfter };
  };
  await get(clientOf(hub), NAME, {
    onProgress(done, _, file) {
      if (file !== WEIGHTS) return;
      before ??= done;
      if (done - before === cuts.at(-1) && done - before < content.length) hub.cut();
    },
  });
  expectAllRight();
  const ranges = hub.seen.filter(({ path }) => path.endsWith(WEIGHTS)).map(({ range }) => range);
  expect(ranges.length).toBeGreaterThan(3);
  expect(ranges).toEqual([undefined, ...cuts.slice(0, -1).map(cut => `bytes=${cut}-`)]);
});

test('a download continues from every byte of a file', async () => {
  const small = randomBytes(100, 4);
  const hub = await startHub({
    [NAME]: { files: { 'tokenizer.json': text('{}'), [WEIGHTS]: { content: small } } },
  });
  const blob = join(repositoryFolder(), 'blobs', hashOf(small));
  for (let length = 0; length <= small.length; length++) {
    mkdirSync(dirname(blob), { recursive: true });
    writeFileSync(`${blob}${UNFINISHED}`, small.subarray(0, length));
    await get(clientOf(hub), NAME);
    expect(readFileSync(join(snapshot(), WEIGHTS)).equals(small)).toBe(true);
    const { path, range } = hub.seen.at(-1)!;
    if (length < small.length) expect(range).toBe(length === 0 ? undefined : `bytes=${length}-`);
    else expect(path).not.toContain(WEIGHTS);
    rmSync(blob);
  }
});

test('a connection that brings nothing is given up, and what was there is kept', async () => {
  const hub = await startHub({ [NAME]: { files } });
  leave(content.subarray(0, 1000));
  hub.fault = weightsOnly({ isCut: true });
  const problem = await problemOf(get(clientOf(hub), NAME));
  expect(problem).toMatch(
    /^model\.safetensors of owner\/tiny-model could not be read from the hub/,
  );
  expect(problem).toMatch(/5 times in a row\. Try again later: what was downloaded is kept\.$/);
  expect(readFileSync(unfinished()).equals(content.subarray(0, 1000))).toBe(true);
  hub.fault = () => undefined;
  await get(clientOf(hub), NAME);
  expectAllRight();
  expect(hub.seen.at(-1)?.range).toBe('bytes=1000-');
});

test('a download that was cancelled is continued by the next', async () => {
  const hub = await startHub({ [NAME]: { files } });
  hub.fault = weightsOnly({ stopAfter: 50_000 });
  const controller = new AbortController();
  const work = get(clientOf(hub), NAME, {
    signal: controller.signal,
    onProgress: done => {
      if (done > 50_000) controller.abort();
    },
  });
  await expect(work).rejects.toThrow(Cancelled);
  // No part of it looks like a model.
  expect(existsSync(snapshot())).toBe(false);
  hub.fault = () => undefined;
  const repository = await readRepository(clientOf(hub), NAME);
  const plan = planDownload(repository, cacheFolder);
  expect(plan.missing).toBeLessThan(content.length);
  await download(clientOf(hub), plan);
  expectAllRight();
  expect(hub.seen.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
});

test('what an earlier download left is begun anew where it is not of the file', async () => {
  const hub = await startHub({ [NAME]: { files } });
  leave(randomBytes(1000, 9));
  await get(clientOf(hub), NAME);
  expectAllRight();
  const ranges = hub.seen.filter(({ path }) => path.endsWith(WEIGHTS)).map(({ range }) => range);
  expect(ranges).toEqual(['bytes=1000-', undefined]);
});

test.each([0, 1])('%i bytes more than the file, of something else, are begun anew', async more => {
  const hub = await startHub({ [NAME]: { files } });
  leave(randomBytes(content.length + more, 9));
  await get(clientOf(hub), NAME);
  expectAllRight();
});

test.each([
  ['large', WEIGHTS, true],
  ['small', 'config.json', false],
])('a wrong checksum of a %s file keeps nothing', async (_, name, isLarge) => {
  const listed = { hash: hashOf(randomBytes(10, 5), isLarge) };
  const hub = await startHub({
    [NAME]: { files: { ...files, [name]: { ...files[name]!, listed } } },
  });
  const problem = await problemOf(get(clientOf(hub), NAME));
  expect(problem).toContain(`${name} of ${NAME} does not match the checksum of the hub`);
  expect(hub.asked.filter(asked => asked === name)).toHaveLength(2);
  expect(existsSync(join(snapshot(), name))).toBe(false);
  expect(blobs().filter(blob => blob.startsWith(listed.hash))).toEqual([]);
});

test('a server without ranges: all of the file follows, and is right', async () => {
  const hub = await startHub({ [NAME]: { files } });
  leave(content.subarray(0, 1000));
  hub.fault = weightsOnly({ ignoresRange: true });
  await get(clientOf(hub), NAME);
  expectAllRight();
  expect(hub.seen.at(-1)?.range).toBe('bytes=1000-');
});

test('a part other than was asked for is not taken', async () => {
  for (const sendsFrom of [0, 500, 1500]) {
    const hub = await startHub({ [NAME]: { files } });
    leave(content.subarray(0, 1000));
    hub.fault = ({ path, range }) =>
      path.endsWith(WEIGHTS) && range !== undefined ? { sendsFrom } : undefined;
    await get(clientOf(hub), NAME);
    expectAllRight();
    expect(hub.asked.filter(name => name === WEIGHTS)).toHaveLength(2);
    rmSync(repositoryFolder(), { recursive: true });
  }
});

test('416 begins the file anew', async () => {
  const hub = await startHub({ [NAME]: { files } });
  leave(content.subarray(0, 1000));
  hub.fault = ({ path, range }) =>
    path.endsWith(WEIGHTS) && range !== undefined ? { status: 416 } : undefined;
  await get(clientOf(hub), NAME);
  expectAllRight();
});

test('429 waits as long as it is told, 503 longer each time', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const faults: Fault[] = [
    { status: 429, headers: { 'retry-after': '7' } },
    { status: 503 },
    { status: 502 },
  ];
  hub.fault = ({ path }) => (path.endsWith(WEIGHTS) ? faults.shift() : undefined);
  await get(clientOf(hub), NAME);
  expectAllRight();
  expect(pauses).toEqual([7000, 2000, 4000]);
});

test('a pause of minutes that the hub asks for is kept, a longer one is a message', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const busy = (seconds: string) => ({ status: 429, headers: { 'retry-after': seconds } });
  const faults: Fault[] = [busy('240'), busy('7200')];
  hub.fault = ({ path }) => (path.endsWith(WEIGHTS) ? faults.shift() : undefined);
  expect(await problemOf(get(clientOf(hub), NAME))).toBe(
    `${WEIGHTS} of ${NAME} could not be read from the hub: it answers 429, and asks to wait 2 h before the next request.`,
  );
  expect(pauses).toEqual([240_000]);
});

test('a server that always fails is given up', async () => {
  const hub = await startHub({ [NAME]: { files } });
  hub.fault = () => ({ status: 503 });
  const problem = await problemOf(get(clientOf(hub), NAME));
  expect(problem).toBe(
    `${NAME} could not be read from the hub: it answers 503, 5 times in a row. Try again later: what was downloaded is kept.`,
  );
  expect(pauses).toEqual([1000, 2000, 4000, 8000]);
});

test.each([
  ['longer', { size: content.length - 1 }, false],
  ['shorter', { size: content.length + 1 }, false],
  ['longer, and says no length', { size: content.length - 1 }, true],
  ['shorter, and says no length', { size: content.length + 1 }, true],
])('a file that is %s than the list says is not kept', async (_, listed, hidesLength) => {
  const hub = await startHub(withWeights({ listed }));
  hub.fault = weightsOnly({ hidesLength });
  const problem = await problemOf(get(clientOf(hub), NAME));
  expect(problem).toMatch(/^model\.safetensors of owner\/tiny-model (has|is longer|could not)/);
  expect(existsSync(join(snapshot(), WEIGHTS))).toBe(false);
  expect(blobs().filter(name => !name.endsWith(UNFINISHED))).toHaveLength(NEEDED.length - 1);
});

test.each([
  ['../../../../evil.gguf'],
  ['a/../../evil.gguf'],
  ['/evil.gguf'],
  ['a\\..\\..\\evil.gguf'],
  ['C:evil.gguf'],
  ['a//evil.gguf'],
  ['evil\0.gguf'],
  ['. ./evil.gguf'],
  ['nul/evil.gguf'],
])('a name that leads elsewhere is refused: %j', async name => {
  const hub = await startHub({ [NAME]: { files: { [name]: { content, isLarge: true } } } });
  const problem = await problemOf(get(clientOf(hub), NAME));
  expect(problem).toContain('has a file with an unsafe name');
  expect(hub.asked).toEqual([]);
  expect(readdirSync(cacheFolder)).toEqual([]);
});

test.each([
  ['no size', { size: null }],
  ['a negative size', { size: -1 }],
  ['a size that is no number', { size: 'large' }],
  ['no checksum', { hash: undefined }],
  ['a checksum that is a path', { hash: '../../../evil' }],
])('a list with %s is not downloaded', async (_, listed) => {
  const hub = await startHub(withWeights({ listed }));
  const problem = await problemOf(get(clientOf(hub), NAME));
  expect(problem).toContain(`The hub says no size or no checksum of ${WEIGHTS}`);
  expect(hub.asked).toEqual([]);
});

test('more than the disk has is refused before it begins', async () => {
  const hub = await startHub(withWeights({ listed: { size: 2 ** 52 } }));
  const problem = await problemOf(get(clientOf(hub), NAME));
  expect(problem).toMatch(
    /needs 4500000 GB, and .* has .* free\. Free some space, or set HF_HUB_CACHE/,
  );
  expect(hub.asked).toEqual([]);
});

test('a disk that is full in the middle says so, and the download continues once there is room', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const handle = await open(import.meta.filename);
  const write = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'write');
  await handle.close();
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
  });
  const work = get(clientOf(hub), NAME, {
    onProgress: (done, _, name) => {
      if (name === WEIGHTS && done > 40_000) write.mockRejectedValueOnce(full);
    },
  });
  const problem = await problemOf(work);
  write.mockRestore();
  expect(problem).toContain(
    `${NAME} could not be written to ${repositoryFolder()}: no space left on device. Free some space`,
  );
  await get(clientOf(hub), NAME);
  expectAllRight();
  expect(hub.seen.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
});

test('where links are not allowed, files are in the snapshot themselves', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const denied = Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' });
  await get(clientOf(hub), NAME, { link: () => Promise.reject(denied) });
  for (const name of NEEDED) {
    expect(lstatSync(join(snapshot(), name)).isFile()).toBe(true);
    expect(readFileSync(join(snapshot(), name)).equals(files[name]!.content)).toBe(true);
  }
  const plan = await get(clientOf(hub), NAME);
  expect([plan.missing, hub.asked.length]).toEqual([0, NEEDED.length]);
});

test.each([true, false])(
  'two files of one content are downloaded once, with links allowed: %s',
  async isAllowed => {
    const same = { 'config.json': text('{}'), 'generation_config.json': text('{}') };
    const hub = await startHub({ [NAME]: { files: { ...files, ...same } } });
    const denied = Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' });
    const done: number[] = [];
    const plan = await get(clientOf(hub), NAME, {
      onProgress: bytes => done.push(bytes),
      ...(!isAllowed && { link: () => Promise.reject(denied) }),
    });
    const sizes = ['README.md', 'tokenizer.json', WEIGHTS].map(name => files[name]!.content.length);
    const bytes = sizes.reduce((sum, each) => sum + each, 2);
    expect([plan.bytes, plan.missing, done.at(-1)]).toEqual([bytes, bytes, bytes]);
    expect(plan.files).toHaveLength(5);
    for (const name of Object.keys(same)) {
      expect(lstatSync(join(snapshot(), name)).isFile()).toBe(!isAllowed);
      expect(readFileSync(join(snapshot(), name), 'utf8')).toBe('{}');
    }
    expect(hub.asked).toHaveLength(4);
    expect(blobs()).toHaveLength(isAllowed ? 4 : 0);
    expect((await get(clientOf(hub), NAME)).missing).toBe(0);
    expect(hub.asked).toHaveLength(4);
  },
);

test('of two processes one downloads a file, and one that ended is not waited for', async () => {
  const hub = await startHub({ [NAME]: { files } });
  const lock = join(repositoryFolder(), 'blobs', `${hashOf(content, true)}.tokenscope.lock`);
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(lock, `${process.pid} ${hostname()}`);
  const problem = await problemOf(get(clientOf(hub), NAME));
  expect(problem).toContain(
    `${WEIGHTS} of ${NAME} is being downloaded by another process (${process.pid}`,
  );
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(lock, `${pid} ${hostname()}`);
  await get(clientOf(hub), NAME);
  expectAllRight();
});
