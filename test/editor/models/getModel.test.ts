// The command of the window, with a hub on loopback and answers in place of a user.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  autoencoderChoices,
  getAutoencoder,
  getModel,
  type GetModelUi,
} from '../../../src/editor/models/getModel';
import { COMMIT, type FakeHub } from '../../support/fakeHub';
import { cacheFolder, randomBytes, setUpHub, startHub } from '../../support/hubClient';

setUpHub();

const NAME = 'owner/model';
const SUGGESTED = 'HuggingFaceTB/SmolLM2-135M';
const content = randomBytes(100_000);
const tokenizer = { content: Buffer.from('{}') };
const files = { 'tokenizer.json': tokenizer, 'model.safetensors': { content, isLarge: true } };
const SAES = 'jbloom/GPT2-Small-SAEs-Reformatted';
const saes = [3, 8].flatMap(layer => [
  [`blocks.${layer}.hook_resid_pre/sae_weights.safetensors`, { content, isLarge: true }] as const,
  [`blocks.${layer}.hook_resid_pre/cfg.json`, tokenizer] as const,
]);
const ggufs = { 'm-Q4_0.gguf': { content, isLarge: true }, 'm-Q8_0.gguf': { content } };

let hub: FakeHub;
beforeEach(async () => {
  hub = await startHub({
    [NAME]: { files },
    [SUGGESTED]: { files },
    'owner/ggufs': { files: { ...ggufs, 'tokenizer.json': tokenizer } },
    [SAES]: { files: Object.fromEntries(saes) },
    'owner/nothing': { files: { 'README.md': tokenizer } },
  });
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_HUB_CACHE', cacheFolder);
  vi.stubEnv('HF_HUB_OFFLINE', '');
  vi.stubEnv('HF_TOKEN', 'hf_secret');
});
afterEach(() => vi.unstubAllEnvs());

interface Answers {
  /** Labels that are chosen from each list in turn. */
  readonly lists: readonly string[];
  readonly words?: string;
  readonly agrees?: boolean;
  readonly opens?: boolean;
  readonly signal?: AbortSignal;
}

/** Answers as a user would, and keeps what was shown. */
function userWho({ lists, words, agrees = true, opens = true, signal }: Answers) {
  const shown: string[] = [];
  /** Of the rows of the lists that have one. */
  const details: string[] = [];
  /** What lists, questions and waits are about. */
  const titles: string[] = [];
  const chosen = [...lists];
  const ui: GetModelUi = {
    ask: async ({ title }) => (titles.push(title), words),
    choose: async (question, ...titles) => {
      shown.push(question);
      return opens ? titles[0] : undefined;
    },
    confirm: async (question, details) => {
      shown.push(question, ...details);
      return agrees;
    },
    showList: async (items, { title, matchOnDescription }) => {
      titles.push(matchOnDescription ? `${title}, by descriptions too` : title);
      shown.push(...items.map(({ label, description = '' }) => `${label} | ${description}`));
      details.push(...items.flatMap(({ label, detail }) => (detail ? `${label} | ${detail}` : [])));
      const label = chosen.shift();
      return items.find(item => item.label === label);
    },
    cancellable: async (title, work) => (
      titles.push(title),
      work(signal ?? new AbortController().signal, { report() {} }, undefined as never)
    ),
    shareReporter: () => (done, all, text) => shown.push(`${done === all ? 'all ' : ''}${text}`),
  };
  return { ui, shown, details, titles };
}

const snapshot = (folder: string) => join(cacheFolder, folder, 'snapshots', COMMIT);

test('a suggestion is downloaded after consent to what it takes, and opened', async () => {
  const { ui, shown } = userWho({ lists: [SUGGESTED] });
  const path = snapshot('models--HuggingFaceTB--SmolLM2-135M');
  expect(await getModel(ui)).toEqual({ path });
  expect(readFileSync(join(path, 'model.safetensors')).equals(content)).toBe(true);
  expect(shown).toContain(`${SUGGESTED} | about 270 MB, apache-2.0`);
  expect(shown).toContain(`Download 100 kB of ${SUGGESTED}?`);
  expect(shown).toContain('licence: apache-2.0');
  expect(shown).toContain(`folder: ${join(cacheFolder, 'models--HuggingFaceTB--SmolLM2-135M')}`);
  expect(shown.some(line => /^free there: \S+ [GT]B$/.test(line))).toBe(true);
  expect(shown).toContain('all 100 kB of 100 kB');
  expect(shown.join()).not.toContain('hf_secret');
});

test('before a choice nothing is asked of the hub, and before consent no file', async () => {
  const { ui } = userWho({ lists: [] });
  expect(await getModel(ui)).toBeUndefined();
  expect(hub.seen).toEqual([]);
  const no = userWho({ lists: [SUGGESTED], agrees: false });
  expect(await getModel(no.ui)).toBeUndefined();
  expect(hub.seen).toHaveLength(1);
  expect(hub.asked).toEqual([]);
  expect(existsSync(snapshot('models--HuggingFaceTB--SmolLM2-135M'))).toBe(false);
});

test('a search, and one of several weights', async () => {
  const lists = ['Search by name…', 'owner/ggufs', 'm-Q4_0.gguf'];
  const { ui, shown } = userWho({ lists, words: ' ggufs ' });
  const path = join(snapshot('models--owner--ggufs'), 'm-Q4_0.gguf');
  expect(await getModel(ui)).toEqual({ path });
  expect(shown).toContain('owner/ggufs | safetensors; mit');
  expect(shown).toContain('m-Q8_0.gguf | 100 kB');
  expect(hub.asked).toEqual(['m-Q4_0.gguf']);
});

test('a whole name, or the address of its page, needs no search', async () => {
  for (const words of [NAME, `${hub.endpoint}/${NAME}/tree/main`]) {
    const { ui } = userWho({ lists: ['Search by name…'], words });
    expect(await getModel(ui)).toEqual({ path: snapshot('models--owner--model') });
  }
  expect(hub.seen.filter(({ path }) => path.includes('search'))).toEqual([]);
});

test('what is there needs no consent, and need not be opened', async () => {
  await getModel(userWho({ lists: [SUGGESTED] }).ui);
  const { ui, shown } = userWho({ lists: [SUGGESTED], agrees: false, opens: false });
  expect(await getModel(ui)).toBeUndefined();
  expect(shown.at(-1)).toBe(
    `${SUGGESTED} is in ${snapshot('models--HuggingFaceTB--SmolLM2-135M')}.`,
  );
});

test('what goes wrong is said, and what is cancelled is not', async () => {
  const search = (words: string, ...lists: string[]) =>
    getModel(userWho({ lists: ['Search by name…', ...lists], words }).ui);
  expect(await search('nowhere')).toEqual({
    problem: 'The hub has no model with "nowhere" in its name.',
  });
  expect(await search('nothing', 'owner/nothing')).toMatchObject({
    problem: expect.stringMatching(/^owner\/nothing has no supported weights/),
  });
  expect(await search('  ')).toBeUndefined();
  const signal = AbortSignal.abort();
  expect(await getModel(userWho({ lists: [SUGGESTED], signal }).ui)).toBeUndefined();
});

test('of several weights the usual ones come first, and the tokenizer alone is enough', async () => {
  const lists = ['Search by name…', 'No weights'];
  const { ui, details } = userWho({ lists, words: 'owner/ggufs' });
  expect(await getModel(ui)).toEqual({ path: snapshot('models--owner--ggufs') });
  expect(hub.asked).toEqual(['tokenizer.json']);
  expect(details.slice(-2)).toEqual([
    'm-Q8_0.gguf | the default',
    'No weights | The tokenizer alone is enough for the tokens lens.',
  ]);
  expect(await getModel(userWho({ lists: lists.slice(0, 1), words: 'owner/ggufs' }).ui)).toBe(
    undefined,
  );
});

test('what is found by a search says what is in it, and who may have it', async () => {
  const found = [
    { id: 'a/b', downloads: 1_234_567, tags: ['gguf', 'onnx', 'license:mit'], gated: false },
    { id: 'c/d', tags: ['pytorch'], gated: 'manual' },
  ];
  hub.fault = ({ path }) => (path.includes('search') ? { body: JSON.stringify(found) } : undefined);
  const { ui, shown, details } = userWho({ lists: ['Search by name…'], words: 'b' });
  expect(await getModel(ui)).toBeUndefined();
  expect(shown.slice(-2)).toEqual([
    'a/b | onnx, gguf; mit',
    'c/d | no supported format; no licence given; gated',
  ]);
  expect(details.slice(-2)).toEqual([
    'a/b | 1,234,567 downloads in a month',
    'c/d | 0 downloads in a month',
  ]);
});

test('each list, question and wait says what it is about', async () => {
  const title = 'Tokenscope: model from the Hugging Face hub';
  const lists = ['Search by name…', 'owner/ggufs', 'm-Q4_0.gguf'];
  const model = userWho({ lists, words: 'ggufs' });
  await getModel(model.ui);
  expect(model.titles).toEqual([
    title,
    title,
    'Searching the hub',
    `${title}, by descriptions too`,
    'Asking the hub about owner/ggufs',
    `${title}: weights of owner/ggufs`,
    'Downloading owner/ggufs',
  ]);
  const sae = 'Tokenscope: autoencoder from the Hugging Face hub';
  const other = ['Another repository by name…', 'blocks.3.hook_resid_pre'];
  const autoencoder = userWho({ lists: other, words: SAES });
  await getAutoencoder(autoencoder.ui, undefined);
  expect(autoencoder.titles.slice(0, 4)).toEqual([
    sae,
    sae,
    `Asking the hub about ${SAES}`,
    `${sae}: one of ${SAES}`,
  ]);
});

test('a question that nobody waits for is no error', async () => {
  for (const words of ['ggufs', NAME]) {
    const { ui } = userWho({ lists: ['Search by name…'], words });
    expect(await getModel({ ...ui, cancellable: async () => undefined })).toBeUndefined();
  }
  expect(hub.seen).toEqual([]);
});

test('weights whose size the hub does not say are listed all the same', async () => {
  hub.close();
  const listed = { size: undefined };
  const unknown = { 'm-Q4_0.gguf': { content, listed }, 'm-Q8_0.gguf': { content, listed } };
  hub = await startHub({ 'owner/unknown': { files: { ...unknown, 'tokenizer.json': tokenizer } } });
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  const { ui, shown } = userWho({ lists: ['Search by name…'], words: 'owner/unknown' });
  await getModel(ui);
  expect(shown).toContain('m-Q4_0.gguf | size not known');
});

test('the list of autoencoders begins with the model’s own, and says which one is chosen', () => {
  const { known, placeHolder, folders, files } = autoencoderChoices('');
  expect(known!.map(({ value }) => value)).toEqual(['']);
  expect(placeHolder).toBe('now: the autoencoder that comes with the model');
  expect(autoencoderChoices('/saes/8').placeHolder).toBe('now: /saes/8');
  expect([folders, files]).toEqual([{}, { detail: expect.stringContaining('.safetensors') }]);
});

describe('an autoencoder', () => {
  let path: string;
  beforeEach(() => {
    path = join(snapshot('models--jbloom--GPT2-Small-SAEs-Reformatted'), 'blocks.8.hook_resid_pre');
  });

  test('that is published for the open model comes first, and of its layers the one to begin with', async () => {
    const { ui, shown, details } = userWho({ lists: [SAES, 'blocks.8.hook_resid_pre'] });
    expect(await getAutoencoder(ui, SAES)).toEqual({ path });
    expect(details).toEqual([
      `${SAES} | for the model that is open`,
      `Another repository by name… | Requested from ${hub.endpoint}.`,
      'blocks.8.hook_resid_pre | good start: from the middle of the model',
    ]);
    expect(shown[0]).toBe(`${SAES} | for openai-community/gpt2; licence mit`);
    expect(shown).toContain('autoencoder: blocks.8.hook_resid_pre');
    expect(shown.filter(line => line.startsWith('blocks.'))).toEqual([
      'blocks.8.hook_resid_pre | 100 kB',
      'blocks.3.hook_resid_pre | 100 kB',
    ]);
    expect(readFileSync(join(path, 'sae_weights.safetensors')).equals(content)).toBe(true);
    expect(new Set(hub.asked)).toEqual(
      new Set(
        ['cfg.json', 'sae_weights.safetensors'].map(name => `blocks.8.hook_resid_pre/${name}`),
      ),
    );
  });

  test('of a repository by its name; nothing is asked of the hub before a choice', async () => {
    const { ui } = userWho({ lists: [] });
    expect(await getAutoencoder(ui, undefined)).toBeUndefined();
    expect(hub.seen).toEqual([]);
    const unnamed = userWho({ lists: ['Another repository by name…'], words: ' ' });
    expect(await getAutoencoder(unnamed.ui, undefined)).toBeUndefined();
    expect(unnamed.details).not.toContain(`${SAES} | for the model that is open`);
    expect(await getAutoencoder(userWho({ lists: [SAES] }).ui, undefined)).toBeUndefined();
    expect(hub.asked).toEqual([]);
    const lists = ['Another repository by name…', 'blocks.3.hook_resid_pre'];
    const named = userWho({ lists, words: ` hf:${SAES} ` });
    expect(await getAutoencoder(named.ui, undefined)).toEqual({
      path: path.replace('blocks.8', 'blocks.3'),
    });
  });

  test('is not downloaded without a yes, and what is there needs none', async () => {
    const lists = [SAES, 'blocks.8.hook_resid_pre'];
    expect(await getAutoencoder(userWho({ lists, agrees: false }).ui, SAES)).toBeUndefined();
    expect(hub.asked).toEqual([]);
    await getAutoencoder(userWho({ lists }).ui, SAES);
    expect(await getAutoencoder(userWho({ lists, agrees: false }).ui, SAES)).toEqual({ path });
  });

  test('a repository without one says so', async () => {
    const { ui } = userWho({ lists: ['Another repository by name…'], words: NAME });
    expect(await getAutoencoder(ui, undefined)).toMatchObject({
      problem: expect.stringMatching(/^owner\/model has no supported autoencoder/),
    });
  });
});
