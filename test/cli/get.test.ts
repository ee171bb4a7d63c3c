// `tokenscope get` as a process, with a hub on loopback.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMMIT, FakeHub, type FakeFile } from '../support/fakeHub';
import { writeModelFolder } from '../support/modelFolder';
import { linesOf, readLines, setUpCommandLine, start, type Result } from './support';

setUpCommandLine();

const NAME = 'owner/tiny';
const SAES = 'owner/saes';
const saes = Object.fromEntries(
  [3, 8].flatMap(layer => [
    [
      `blocks.${layer}/sae_weights.safetensors`,
      { content: Buffer.alloc(1000, layer), isLarge: true },
    ],
    [`blocks.${layer}/cfg.json`, { content: Buffer.from(`{"layer": ${layer}}`) }],
  ]),
);
let folder: string;
let hub: FakeHub;
let files: Record<string, FakeFile>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-get-'));
  files = {
    ...filesIn(writeModelFolder(join(folder, 'model'))),
    'README.md': { content: Buffer.from('---\nlicense: apache-2.0\n---\n') },
  };
  hub = await FakeHub.start({ [NAME]: { files }, [SAES]: { files: saes } });
});
afterEach(() => {
  hub.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All below it, by their paths. */
function filesIn(model: string): Record<string, FakeFile> {
  const names = readdirSync(model, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(model.length + 1));
  return Object.fromEntries(
    names.map(name => [
      name,
      { content: readFileSync(join(model, name)), isLarge: name.includes('onnx') },
    ]),
  );
}

const variables = () => ({
  HF_ENDPOINT: hub.endpoint,
  HF_HOME: join(folder, 'home'),
  HF_HUB_CACHE: '',
  HUGGINGFACE_HUB_CACHE: '',
  HF_TOKEN: '',
  HUGGING_FACE_HUB_TOKEN: '',
  HF_TOKEN_PATH: '',
  HF_HUB_OFFLINE: '',
});
const repository = () => join(folder, 'home/hub/models--owner--tiny');

/** Not in this thread, in which the hub answers. `onStart`: may end it. */
async function get(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  onStart: (kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Result> {
  const child = start(['get', ...args], { ...variables(), ...env });
  let [out, err] = ['', ''];
  child.stdout!.on('data', chunk => (out += chunk));
  child.stderr!.on('data', chunk => (err += chunk));
  child.stdin!.end();
  onStart(signal => child.kill(signal));
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, out, err };
}

test('without consent it says what it would do, and does nothing', async () => {
  const { code, out, err } = await get([NAME]);
  expect(code).toBe(2);
  expect(err).toBe('tokenscope: Nothing was downloaded. Add --yes to agree to the above.\n');
  expect(out).toMatch(/^repository {2}owner\/tiny \(main, c0ffee000000\)$/m);
  expect(out).toMatch(/^licence {5}apache-2\.0$/m);
  expect(out).toMatch(/^download {4}\S+ [kM]B in \d+ files$/m);
  expect(out).toContain(`folder      ${repository()}\n`);
  expect(out).toMatch(/^free there {2}\S+ GB$/m);
  expect(hub.asked).toEqual([]);
  expect(existsSync(join(folder, 'home'))).toBe(false);
});

test('with --yes the model is there, and opens from the cache', async () => {
  const { code, out, err } = await get([NAME, '--yes']);
  expect([code, err]).toEqual([0, '']);
  const snapshot = join(repository(), 'snapshots', COMMIT);
  expect(out.endsWith(`\n--model ${snapshot}\n`)).toBe(true);
  expect(readLines(['inspect', '-', '--model', snapshot], 'abc')).toHaveLength(3);
  const again = await get([NAME]);
  expect([again.code, again.err]).toEqual([0, '']);
});

test('--json is the plan, then the path', async () => {
  const { code, out } = await get([NAME, '--json', '--yes', '--weights', 'onnx']);
  expect(code).toBe(0);
  const [plan, done, ...more] = linesOf(out);
  expect(more).toEqual([]);
  const bytes = hub.asked.reduce((sum, name) => sum + files[name]!.content.length, 0);
  expect(plan).toMatchObject({
    repository: NAME,
    revision: 'main',
    commit: COMMIT,
    licence: 'apache-2.0',
    gated: false,
    bytes,
    missing: bytes,
    folder: repository(),
  });
  expect(plan.files.map(({ name }: { name: string }) => name)).toEqual(hub.asked);
  expect(plan.choices[0].name).toBe(plan.weights);
  expect(done).toEqual({ path: join(repository(), 'snapshots', COMMIT) });
});

test('Ctrl+C keeps what is there for the next time', async () => {
  const name = Object.keys(files).find(each => each.endsWith('.onnx'))!;
  let kill = (_: NodeJS.Signals) => {};
  hub.fault = ({ path }) => {
    if (!path.endsWith('.onnx')) return undefined;
    // The process listens from before its first request.
    kill('SIGINT');
    return { stopAfter: 100 };
  };
  const stopped = await get([NAME, '--yes'], {}, given => (kill = given));
  expect([stopped.code, stopped.err]).toEqual([130, 'tokenscope: interrupted\n']);
  expect(existsSync(join(repository(), 'snapshots', COMMIT, name))).toBe(false);
  hub.fault = () => undefined;
  const { code } = await get([NAME, '--yes']);
  expect(code).toBe(0);
});

test('a token of the environment is sent to the hub, and is in no message', async () => {
  hub.fault = () => ({ status: 401 });
  const { code, out, err } = await get([NAME], { HUGGING_FACE_HUB_TOKEN: 'hf_secret' });
  expect(code).toBe(2);
  expect(err).toMatch(/^tokenscope: The hub rejects the token in HUGGING_FACE_HUB_TOKEN\. .*\n$/);
  expect(out + err).not.toContain('hf_secret');
  expect(hub.seen.map(({ authorization }) => authorization)).toEqual(['Bearer hf_secret']);
});

test.each([
  [[NAME], { HF_HUB_OFFLINE: '1' }, 'HF_HUB_OFFLINE or'],
  [['../x'], {}, 'is not a repository name'],
  [['owner/none'], {}, 'has no owner/none, or it is private'],
  [[NAME, '--weights', 'q4'], {}, 'has no weights "q4"'],
  [[NAME, '--revision', '../x'], {}, 'is not a valid branch, tag or commit'],
  [[NAME], { HF_ENDPOINT: 'nowhere' }, 'HF_ENDPOINT is not a URL'],
])('get %j with %j is one line and exit code 2', async (args, env, words) => {
  const { code, out, err } = await get(args, env);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(words);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test('a search lists names, and says where there are none', async () => {
  const found = await get(['tiny', '--search']);
  expect(found.out).toMatch(
    /^repository +formats +licence +downloads\nowner\/tiny +safetensors +mit +1,234\n$/,
  );
  expect((await get(['nothing', '--search'])).out).toBe(
    'No repository with that name was found.\n',
  );
  const { out } = await get(['tiny', '--search', '--json']);
  expect(linesOf(out)).toMatchObject([
    { name: NAME, downloads: 1234, licence: 'mit', gated: false },
  ]);
});

test('an autoencoder is a folder of a repository, which --sae takes', async () => {
  const without = await get([SAES, '--yes']);
  expect([without.code, hub.asked]).toEqual([2, []]);
  expect(without.err).toContain(
    'has 2 autoencoders, and only one can be downloaded at a time. Choose one of blocks.3, blocks.8',
  );
  const { code, out } = await get([SAES, '--autoencoder', 'blocks.8', '--yes']);
  expect(code).toBe(0);
  const path = join(folder, 'home/hub/models--owner--saes/snapshots', COMMIT, 'blocks.8');
  expect(out).toContain(`--sae ${path}`);
  expect(out).toContain('Other autoencoders, with --autoencoder FOLDER:\n  blocks.3  1.01 kB');
  expect(readdirSync(path).toSorted()).toEqual(['cfg.json', 'sae_weights.safetensors']);
  expect(hub.asked.every(name => name.startsWith('blocks.8/'))).toBe(true);
  const both = await get([SAES, '--autoencoder', 'blocks.8', '--weights', 'q4']);
  expect([both.code, both.err]).toEqual([2, expect.stringContaining('--weights cannot be used')]);
});
