// Requests about features: an edit keeps what is known before it, numbers of different requests agree, and requests
// without an autoencoder are refused.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CHANNEL_STEPS } from '../../../src/core/sae/featureValues';
import { Model } from '../../../src/engine/models/model';
import type { FeatureSelection } from '../../../src/protocol/features';
import { engineServer } from '../../../src/engine/server';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { UserError } from '../../../src/core/errors';
import { bundleEngine } from '../../support/engineBundle';
import { writeModelFolder } from '../../support/modelFolder';
import { writeSae } from '../../support/saes';

const uri = 'file:///text.py';
const text = 'def first(x):\n    return x + 1\n\n\ndef second(y):\n    return first(y)\n';
const { signal } = new AbortController();
let scratch: string;
let model: string;
let documents: ReturnType<typeof engineServer>;
let version = 0;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokenscope-requests-'));
  const bundle = join(await bundleEngine(), 'runtime.js');
  model = writeModelFolder(join(scratch, 'model'), { context: 256 });
  writeSae(join(model, 'saes/own'), { threshold: 0.4 });
  writeFileSync(
    join(model, 'tokenscope.json'),
    JSON.stringify({ start: '<|start|>', saes: ['saes/own'] }),
  );
  documents = engineServer(
    Model.opener(() => new RuntimeClient(bundle)),
    () => {},
  );
  await documents.openModel({ folder: model, contextLimit: 256 }, signal);
});
afterAll(async () => {
  // Releases the runtime.
  await documents.openModel(
    { folder: writeModelFolder(join(scratch, 'none'), { graph: false }), contextLimit: 16 },
    signal,
  );
  rmSync(scratch, { recursive: true });
});

const at = () => ({ uri, version });
const encode = () =>
  documents.score({ passes: ['features'], ...at(), visible: [], maxTokens: 1e6 }, signal);
const defaults = { pins: [], densityCutoff: 1 };
const viewOf = async (
  features:
    | typeof defaults
    | { pins: { feature: number; threshold: number }[]; densityCutoff: number } = defaults,
) => {
  const range = { utf16Start: 0, utf16End: 1e6 };
  const passes = ['features', 'tokens'] as const;
  const view = await documents.view({ ...at(), range, maxTokens: 1e6, passes, features }, signal);
  return { ...view, features: view.scores!.features! };
};

beforeEach(async () => {
  await documents.openSae({ path: '' }, signal);
  version++;
  await documents.setDocument({ uri, version, text }, signal);
});

test('nothing is known before it is encoded, then all of it', async () => {
  const before = await viewOf();
  expect(before.pending).toBe(text.length);
  expect(before.features.unexplained.every(Number.isNaN)).toBe(true);
  expect(await encode()).toMatchObject({ scored: text.length, total: text.length });
  const { features } = await viewOf();
  expect([...features.unexplained].some(Number.isNaN)).toBe(false);
  expect(features.strongest.every(value => value >= 0)).toBe(true);
});

test('an edit leaves what is known of the tokens before it, with the same bits', async () => {
  await encode();
  const before = (await viewOf()).features;
  const place = text.indexOf('second');
  version++;
  const edits = [{ utf16Start: place, utf16End: place + 6, text: 'other' }];
  await documents.editDocument({ uri, version, edits }, signal);
  const after = await viewOf();
  for (let token = 0; token < after.ids.length; token++)
    expect(Number.isNaN(after.features.unexplained[token]!)).toBe(token >= place);
  expect([...after.features.unexplained.subarray(0, place)]).toEqual([
    ...before.unexplained.subarray(0, place),
  ]);
  await encode();
  expect([...(await viewOf()).features.unexplained].some(Number.isNaN)).toBe(false);
});

test('token, table and page have the same values', async () => {
  await encode();
  const own = { kind: 'own' } as const;
  const ask = { densityCutoff: 1, choice: own, rows: 1000 };
  const table = await documents.featureTable({ ...at(), ...ask }, signal);
  expect(table.tokens).toBe(text.length);
  const values = new Map<number, { tokens: number; value: number }>();
  let on = 0;
  for (let token = 0; token < text.length; token++) {
    const found = (await documents.featuresAt({ ...at(), at: token, details: false }, signal))!;
    on += found.features.length;
    for (const { feature, value } of found.features) {
      const known = values.get(feature) ?? { tokens: 0, value: 0 };
      values.set(feature, { tokens: known.tokens + 1, value: Math.max(known.value, value) });
    }
  }
  expect(table.l0).toBeCloseTo(on / text.length, 6);
  expect(
    new Map(table.rows.map(({ feature, tokens, value }) => [feature, { tokens, value }])),
  ).toEqual(values);
  const [first] = table.rows;
  const page = await documents.featurePage(
    { feature: first!.feature, uri, language: 'python' },
    signal,
  );
  expect(page.examples[0]!.value).toBe(first!.value);
  expect(page.examples[0]).toMatchObject(first!.at);
  expect(page.raises).toHaveLength(10);
  expect(page.neighbours).toHaveLength(8);
  expect(text.slice(page.examples[0]!.utf16Start, page.examples[0]!.utf16End)).toBe(
    page.examples[0]!.token,
  );
});

test('near misses are off, and would be on above their threshold', async () => {
  await encode();
  const found = (await documents.featuresAt({ ...at(), at: 20, details: true }, signal))!;
  expect(found.near.length).toBeGreaterThan(0);
  const on = new Set(found.features.map(({ feature }) => feature));
  for (const { feature, value, needed } of found.near) {
    expect(on.has(feature)).toBe(false);
    expect(value).toBeLessThanOrEqual(needed);
  }
});

test('a budget is met exactly, and so is the number for each token', async () => {
  await encode();
  const table = (choice: FeatureSelection) =>
    documents.featureTable({ ...at(), densityCutoff: 1, choice, rows: 1000 }, signal);
  expect((await table({ kind: 'budget', perToken: 5 })).l0).toBeCloseTo(5, 9);
  expect((await table({ kind: 'topK', k: 3 })).l0).toBeCloseTo(3, 9);
});

test('pinned features have channels in their order, above their thresholds only', async () => {
  await encode();
  const { features } = await viewOf();
  const token = features.strongest.indexOf(Math.max(...features.strongest));
  const feature = features.strongestFeature[token]!;
  const pinned = await viewOf({
    pins: [
      { feature: 95, threshold: 0.99 },
      { feature, threshold: 0.5 },
    ],
    densityCutoff: 1,
  });
  expect(Math.floor(pinned.features.channel[token]! / CHANNEL_STEPS)).toBe(1);
  const high = await viewOf({ pins: [{ feature, threshold: 2 }], densityCutoff: 1 });
  expect(high.features.channel.every(Number.isNaN)).toBe(true);
});

test('an effect at a token leaves the tokens before it, and adding nothing changes nothing', async () => {
  await encode();
  const place = text.indexOf('return');
  const { features } = (await documents.featuresAt(
    { ...at(), at: place, details: false },
    signal,
  ))!;
  const { feature } = features[0]!;
  const effect = (everywhere: boolean, by: number) =>
    documents.effect(
      { ...at(), feature, at: place, everywhere, change: { kind: 'steer', by } },
      signal,
    );
  const nothing = await effect(true, 0);
  expect(nothing.tokens).toEqual([]);
  expect(nothing.totalBits).toBe(0);
  const some = await effect(false, 5);
  expect(some.changed - some.value).toBeCloseTo(5, 4);
  expect(some.tokens.length).toBeGreaterThan(3);
  expect(some.tokens.every(({ utf16Start }) => utf16Start > place)).toBe(true);
  expect(some.next.some(({ before, after }) => Math.abs(before - after) > 1e-6)).toBe(true);
});

test('a predicate is counted against a feature, and one that cannot be read is refused', async () => {
  await encode();
  const ask = { ...at(), feature: 3, language: 'python' };
  const found = await documents.agreement({ ...ask, predicate: 'token="("' }, signal);
  expect(found.holds).toBe(text.split('(').length - 1);
  expect(found.both).toBeLessThanOrEqual(Math.min(found.fires, found.holds));
  const wrong = async () => documents.agreement({ ...ask, predicate: 'tokens="("' }, signal);
  await expect(wrong()).rejects.toThrow(/character 0/);
});

test('explanations as Neuronpedia publishes them are labels, the best scored of a feature first', async () => {
  const folder = writeSae(join(scratch, 'explained'), { threshold: 0.4 });
  mkdirSync(join(folder, 'explanations'));
  const line = (index: number, description: string, scores?: number[]) =>
    JSON.stringify({
      modelId: 'toy',
      layer: '0-res-toy',
      index: String(index),
      description,
      typeName: 'oai_token-act-pair',
      explanationModelName: 'gpt-4o-mini',
      ...(scores && { scores: scores.map(value => ({ value, typeName: 'recall_alt' })) }),
    });
  const batches = [
    [line(5, 'brackets', [0.9]), line(5, 'punctuation', [0.4]), line(6, ' words in code ')],
    [line(7, 'a  <b>label</b> with | marks')],
  ];
  batches.forEach((lines, i) =>
    writeFileSync(
      join(folder, `explanations/batch-${i}.jsonl.gz`),
      gzipSync(`${lines.join('\n')}\n`),
    ),
  );
  await documents.openSae({ path: folder }, signal);
  await documents.setDocument({ uri, version, text }, signal);
  const found = async (words: string) =>
    (await documents.findFeatures({ words, rows: 5 }, signal)).map(({ feature, label }) => [
      feature,
      label.description,
      label.kind,
    ]);
  expect(await found('#5')).toEqual([[5, 'brackets', 'oai_token-act-pair']]);
  expect(await found('words in')).toEqual([[6, 'words in code', 'oai_token-act-pair']]);
  expect(await found('#7')).toEqual([[7, 'a  <b>label</b> with | marks', 'oai_token-act-pair']]);
  expect(await found('punctuation')).toEqual([]);
  writeFileSync(join(folder, 'explanations/batch-2.jsonl.gz'), gzipSync('{"index": "x"}\n'));
  // A line that is no label is named with the table, and the others stay.
  expect(await documents.openSae({ path: folder }, signal)).toMatchObject({ labelled: 3 });
});

test('labels of the user come first and are found by their words', async () => {
  const label = { feature: 7, description: 'an opening bracket', predicate: 'token="("' };
  await documents.setUserLabels({ labels: [label] }, signal);
  const [found] = await documents.findFeatures({ words: 'bracket opening', rows: 5 }, signal);
  expect(found).toMatchObject({
    feature: 7,
    label: { description: label.description, kind: 'user' },
  });
  expect(await documents.findFeatures({ words: '#12', rows: 5 }, signal)).toMatchObject([
    { feature: 12 },
  ]);
});

test('exports: lines for tokens, lines for features, a picture', async () => {
  await encode();
  const range = { utf16Start: 0, utf16End: text.length };
  const pins = [{ feature: 3, threshold: 0 }];
  const get = (format: 'jsonl' | 'neuronpedia' | 'svg') =>
    documents.exportFeatures(
      { ...at(), format, range, options: { pins, densityCutoff: 1 } },
      signal,
    );
  expect((await get('jsonl')).trimEnd().split('\n')).toHaveLength(text.length + 1);
  const [line] = (await get('neuronpedia')).trimEnd().split('\n');
  const activations = JSON.parse(line!);
  expect(activations.tokens.join('')).toBe(text);
  expect(activations.values).toHaveLength(text.length);
  expect(activations).toMatchObject({ index: '3', maxValue: Math.max(...activations.values) });
  expect(activations.values[activations.maxValueTokenIndex]).toBe(activations.maxValue);
  const svg = await get('svg');
  expect(svg).toMatch(/^<svg [^>]*>/);
  expect(svg).toContain('#3 unlabelled<');
  expect(svg.match(/<text /g)!.length).toBeGreaterThan(20);
  const label = { feature: 3, description: 'a\u001b[2J\u202e\uffff<b>', predicate: null };
  await documents.setUserLabels({ labels: [label] }, signal);
  expect(await get('svg')).toContain('#3 a⟨U+001B⟩[2J⟨U+202E⟩⟨U+FFFF⟩&lt;b&gt;<');
  await documents.setUserLabels({ labels: [] }, signal);
});

const openNowhere = () => documents.openSae({ path: join(scratch, 'nowhere') }, signal);

test('an autoencoder that cannot be opened leaves the one before', async () => {
  await expect(openNowhere()).rejects.toThrow(UserError);
  expect(await encode()).toMatchObject({ scored: text.length });
  // These are read, but do not fit the model.
  for (const options of [{ width: 16 }, { hook: 'blocks.9.hook_resid_post' }]) {
    const path = writeSae(join(scratch, 'unfit'), options);
    await expect(Promise.resolve(documents.openSae({ path }, signal))).rejects.toThrow(UserError);
    const other = 'def third(z):\n    return z\n';
    version++;
    await documents.setDocument({ uri, version, text: other }, signal);
    expect(await encode()).toMatchObject({ scored: other.length });
    expect((await viewOf()).features.unexplained.some(Number.isNaN)).toBe(false);
  }
});

test('without an autoencoder requests say how to get one, and views work', async () => {
  await documents.openModel({ folder: model, contextLimit: 256 }, signal);
  await documents.setDocument({ uri, version, text }, signal);
  await expect(openNowhere()).rejects.toThrow(UserError);
  const range = { utf16Start: 0, utf16End: 9 };
  const passes = ['features'] as const;
  const view = await documents.view(
    { ...at(), range, maxTokens: 9, passes, features: defaults },
    signal,
  );
  expect(view.scores!.features).toBeUndefined();
  // Nothing that a run would add to.
  expect(view.pending).toBe(0);
  expect(await encode()).toMatchObject({
    refused: expect.stringMatching(/No autoencoder is open/),
  });
});
