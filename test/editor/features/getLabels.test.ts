// The command, with a bucket on loopback and answers in place of a user.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Label } from '../../../src/core/sae/featureLabels';
import { readLabels } from '../../../src/core/sae/readLabels';
import { UserError } from '../../../src/core/errors';
import { labelText } from '../../../src/engine/sae/keptLabels';
import { getLabels, type GetLabelsOptions } from '../../../src/editor/features/getLabels';
import type { FakeHub, Fault } from '../../support/fakeHub';
import { batch, explanation, SOURCE, startNeuronpedia } from '../../support/fakeNeuronpedia';
import { cacheFolder, setUpHub } from '../../support/hubClient';

setUpHub();

const files = {
  [`v1/${SOURCE}/explanations/batch-0.jsonl.gz`]: batch(explanation(0, 'a'), explanation(1, 'b')),
  [`v1/${SOURCE}/explanations/batch-1.jsonl.gz`]: batch(explanation(2, 'c')),
  [`v1/${SOURCE}/explanations-x/batch-0.jsonl.gz`]: batch(explanation(0, 'other')),
};
const NEURONPEDIA = 'From Neuronpedia…';

let server: FakeHub;
let fault: Fault | undefined;
beforeEach(async () => {
  fault = undefined;
  server = await startNeuronpedia({
    files,
    listed: 1000,
    fault: ({ path }) => (path.startsWith('/?') ? undefined : fault),
  });
  vi.stubEnv('TOKENSCOPE_NEURONPEDIA', server.endpoint);
  vi.stubEnv('HF_HUB_OFFLINE', '');
  vi.stubEnv('TMPDIR', cacheFolder);
});
afterEach(() => vi.unstubAllEnvs());

interface Answers {
  readonly lists?: readonly string[];
  readonly name?: string;
  readonly agrees?: boolean;
  readonly path?: string;
  readonly isTrusted?: boolean;
  readonly cancels?: boolean;
  /** What is asked is not waited for. */
  readonly leaves?: boolean;
  readonly keptLabels?: number;
}

/** Answers as a user would, and keeps what was shown and read. */
async function run(answers: Answers) {
  const { lists = [], agrees = true, isTrusted = true, keptLabels = 0, cancels } = answers;
  const shown: string[] = [];
  const labels = new Map<number, Label>();
  const chosen = [...lists];
  const kept: string[][] = [];
  const titles: string[] = [];
  let picking: Parameters<GetLabelsOptions['pickPath']>[0] | undefined;
  const options: GetLabelsOptions = {
    sae: {
      name: 'sae',
      model: 'gpt2-small',
      keptLabels,
      keptIn: '/kept/x.jsonl',
      neuronpedia: SOURCE,
    },
    isTrusted,
    keep: async paths => {
      kept.push([...paths]);
      for (const path of paths) readLabels(labelText(path), labels);
      if (paths.length > 0 && labels.size === 0) throw new UserError('No label was found.');
      return { info: { keptLabels: labels.size }, problems: [] };
    },
    ask: async ({ title, prompt, value, validateInput }) => {
      shown.push(prompt!);
      const typed = answers.name ?? value!;
      titles.push(title);
      expect(await validateInput!(typed)).toBe(undefined);
      expect(await validateInput!('no name')).toBe('Enter a name such as gpt2-small/8-res-jb.');
      return typed;
    },
    confirm: async (question, details) => {
      shown.push(question, ...details);
      return agrees;
    },
    showList: async (items, { title }) => {
      titles.push(title);
      shown.push(...items.map(({ label, description = '' }) => `${label} | ${description}`));
      const label = chosen.shift();
      return items.find(item => item.label === label);
    },
    pickPath: async about => ((picking = about), answers.path),
    cancellable: async (title, work) => {
      shown.push(title);
      if (answers.leaves) return undefined;
      const signal = cancels ? AbortSignal.abort() : new AbortController().signal;
      return work(signal, { report() {} }, undefined as never);
    },
    shareReporter: () => (done, all, text) => shown.push(`${done === all ? 'all ' : ''}${text}`),
  };
  const got = await getLabels(options);
  return { got, shown, kept, labels, titles, picking };
}

test('those of Neuronpedia are downloaded after consent, and only labels are kept', async () => {
  expect(tmpdir()).toBe(cacheFolder);
  const { got, shown, kept, labels } = await run({ lists: [NEURONPEDIA, 'explanations'] });
  expect(got).toEqual({ done: `Read 3 labels of ${SOURCE}.` });
  expect([...labels.values()].map(({ description }) => description)).toEqual(['a', 'b', 'c']);
  const { host } = new URL(server.endpoint);
  expect(shown).toEqual(
    expect.arrayContaining([
      `${NEURONPEDIA} | ${SOURCE}`,
      expect.stringContaining(`Requested from ${host}.`),
      expect.stringMatching(/^explanations \| \d+ bytes in 2 files$/),
      expect.stringMatching(/^Download \d+ bytes of explanations of gpt2-small\/8-res-jb\?$/),
      `from: ${host}`,
      `asked for: v1/${SOURCE}/explanations, 2 files`,
      'for: sae, of gpt2-small',
      'kept: the labels alone, in /kept',
      `Downloading explanations of ${SOURCE}`,
    ]),
  );
  // What was downloaded is gone.
  expect(kept[0]!.some(existsSync)).toBe(false);
  expect(readdirSync(cacheFolder)).toEqual([]);
});

test('before a name nothing is asked, and before consent no file', async () => {
  await run({ lists: [] });
  expect(server.seen).toEqual([]);
  const no = await run({ lists: [NEURONPEDIA, 'explanations'], agrees: false });
  expect(no.got).toBeUndefined();
  expect(no.kept).toEqual([]);
  expect(server.seen.map(({ path }) => path.slice(0, 2))).toEqual(['/?']);
});

test('a workspace that is not trusted, and offline mode, ask nothing', async () => {
  const untrusted = await run({ lists: [NEURONPEDIA], isTrusted: false });
  expect(untrusted.got).toEqual({ problem: expect.stringContaining('an untrusted workspace') });
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  const offline = await run({ lists: [NEURONPEDIA] });
  expect(offline.got).toEqual({ problem: expect.stringContaining('HF_HUB_OFFLINE') });
  expect(server.seen).toEqual([]);
});

test('what goes wrong is one message, what is cancelled none, and neither leaves a file', async () => {
  const ways = [NEURONPEDIA, 'explanations'];
  const missing = await run({ lists: ways, name: 'https://www.neuronpedia.org/gpt2-small/9-x/7' });
  expect(missing.got).toEqual({
    problem: expect.stringContaining('no explanations for gpt2-small/9-x at http'),
  });
  fault = { status: 404 };
  expect((await run({ lists: ways })).got).toEqual({
    problem: expect.stringMatching(/^batch-\d\.jsonl\.gz of .* is no longer at http/),
  });
  fault = undefined;
  expect(await run({ lists: ways, cancels: true })).toMatchObject({ got: undefined, kept: [] });
  expect(await run({ lists: ways, leaves: true })).toMatchObject({ got: undefined, kept: [] });
  expect(readdirSync(cacheFolder)).toEqual([]);
});

test('a file that the user has is read without asking anybody', async () => {
  const path = join(cacheFolder, 'export.json');
  writeFileSync(path, `[${explanation(4, 'd')}, ${explanation(5, 'e')}]`);
  const { got, kept, labels } = await run({ lists: ['From a file…'], path });
  expect(got).toEqual({ done: 'Read 2 labels.' });
  expect(kept).toEqual([[path]]);
  expect([...labels.keys()]).toEqual([4, 5]);
  expect(existsSync(path)).toBe(true);
  writeFileSync(path, '[]');
  await expect(run({ lists: ['From a file…'], path })).rejects.toThrow('No label was found.');
  expect((await run({ lists: ['From a file…'] })).kept).toEqual([]);
  expect(server.seen).toEqual([]);
});

test('what was read can be deleted', async () => {
  const { got, kept, shown } = await run({ lists: ['Delete the labels'], keptLabels: 3 });
  expect(shown).toContain('Delete the labels | 3 labels');
  expect(kept).toEqual([[]]);
  expect(got).toEqual({ done: 'Deleted the labels read for sae.' });
  expect((await run({ lists: [] })).shown).not.toContain('Delete the labels | 0 labels');
});

test('each list and question says whose labels it is about; a file is one of those that can be read', async () => {
  const title = 'Tokenscope: labels of features of sae';
  const { titles } = await run({ lists: [NEURONPEDIA, 'explanations'] });
  expect(titles).toEqual([title, title, `${title}: explanations of ${SOURCE}`]);
  const { picking } = await run({ lists: ['From a file…'] });
  expect(picking).toEqual({
    title,
    openLabel: 'Read Labels',
    files: {},
    filters: { Labels: ['jsonl', 'json', 'gz'] },
  });
});

test('the only explanations of a name need no list', async () => {
  server.close();
  const one = Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes('-x/')));
  server = await startNeuronpedia({ files: one, listed: 1000 });
  vi.stubEnv('TOKENSCOPE_NEURONPEDIA', server.endpoint);
  const { got, titles } = await run({ lists: [NEURONPEDIA] });
  expect(got).toEqual({ done: `Read 3 labels of ${SOURCE}.` });
  expect(titles).toHaveLength(2);
});
