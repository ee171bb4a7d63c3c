// Requests about features: an edit keeps what is known before it, numbers of different requests agree, and requests
// without an autoencoder are refused.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
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
  vi.stubEnv('TOKENSCOPE_CACHE', join(scratch, 'cache'));
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

test('the highest values of all open texts are listed, whichever of them is asked about', async () => {
  await encode();
  const choice = { kind: 'own' } as const;
  const ask = { densityCutoff: 1, choice, rows: 1000 };
  const { rows } = await documents.featureTable({ ...at(), ...ask }, signal);
  const pageOf = (feature: number, of: string) =>
    documents.featurePage({ feature, uri: of, language: '' }, signal);
  // A feature that also fires before its highest place, and a text that ends there.
  for (const { feature, value, at: highest } of rows) {
    const { examples } = await pageOf(feature, uri);
    if (!examples.some(example => example.utf16Start < highest.utf16Start)) continue;
    const other = { uri: 'file:///other.py', version: 1 };
    await documents.setDocument({ ...other, text: text.slice(0, highest.utf16Start) }, signal);
    onTestFinished(() => documents.closeDocument({ uri: other.uri }, signal));
    const rest = { passes: ['features'], visible: [], maxTokens: 1e6 } as const;
    await documents.score({ ...rest, ...other }, signal);
    const found = (await pageOf(feature, other.uri)).examples;
    expect(found[0]).toMatchObject({ uri, value });
    expect(found.some(example => example.uri === other.uri)).toBe(true);
    const values = found.map(example => example.value);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    return;
  }
  expect.fail('no feature fires twice');
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

test('an effect lists what it changes most, beside the scores of the text as it is', async () => {
  await documents.score({ passes: ['tokens'], ...at(), visible: [], maxTokens: 1e6 }, signal);
  const { scores } = await viewOf();
  const change = { kind: 'steer', by: 5 } as const;
  const place = text.indexOf('return');
  for (const everywhere of [false, true]) {
    const asked = { ...at(), feature: 3, at: place, everywhere, change };
    const { tokens, next, counted, totalBits } = await documents.effect(asked, signal);
    const falling = (sizes: number[]) => expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    falling(tokens.map(({ before, after }) => Math.abs(after - before)));
    falling(next.map(({ before, after }) => Math.max(before || 0, after || 0)));
    expect([tokens.length, next.length]).toEqual([20, 10]);
    for (const { utf16Start, before } of tokens)
      expect(before).toBeCloseTo(-scores!.logprobs[utf16Start]! / Math.LN2, 4);
    expect(counted).toBe(everywhere ? text.length - 1 : text.length - 1 - place);
    // What is not listed changed by less than what is.
    const [listed, least] = [
      tokens.reduce((sum, { before, after }) => sum + after - before, 0),
      Math.abs(tokens.at(-1)!.after - tokens.at(-1)!.before),
    ];
    expect(Math.abs(totalBits - listed)).toBeLessThanOrEqual((counted - 20) * least);
  }
});

test('a predicate is counted against a feature, and one that cannot be read is refused', async () => {
  await encode();
  const ask = { ...at(), feature: 3, language: 'python' };
  const found = await documents.agreement({ ...ask, predicate: 'token="("' }, signal);
  expect(found.holds).toBe(text.split('(').length - 1);
  expect(found.both).toBeLessThanOrEqual(Math.min(found.fires, found.holds));
  const wrong = async () => documents.agreement({ ...ask, predicate: 'tokens="("' }, signal);
  await expect(wrong()).rejects.toThrow(UserError);
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

describe('labels from elsewhere', () => {
  const exported = (index: number, description: string, layer = '0-res-toy') =>
    JSON.stringify({ modelId: 'toy', layer, index: String(index), description });
  const batch = (name: string, ...lines: string[]) => {
    const path = join(scratch, name);
    writeFileSync(path, gzipSync(`${lines.join('\n')}\n`));
    return path;
  };
  const labelOf = async (feature: number) =>
    (await documents.findFeatures({ words: `#${feature}`, rows: 1 }, signal))[0]!.label.description;
  const keep = (files: string[], source: string | null = null) =>
    documents.keepLabels({ files, source }, signal);

  test('are kept apart from its folder, come before its own, and are forgotten', async () => {
    const folder = writeSae(join(scratch, 'labelled'), { threshold: 0.4 });
    const own = '{"index": 5, "description": "own"}\n{"index": 6, "description": "own, too"}\n';
    writeFileSync(join(folder, 'labels.jsonl'), own);
    const opened = await documents.openSae({ path: folder }, signal);
    expect(opened).toMatchObject({ keptLabels: 0, labelled: 2, neuronpedia: null });
    const files = [
      batch('batch-0.jsonl.gz', exported(5, 'brackets')),
      batch('batch-1.jsonl.gz', exported(7, 'dates')),
    ];
    const { info, problems } = await keep(files);
    expect(problems).toEqual([]);
    expect(info).toEqual({ ...opened, keptLabels: 2, labelled: 3 });
    expect(info.keptIn.startsWith(join(scratch, 'cache', 'labels'))).toBe(true);
    const labels = async () => [await labelOf(5), await labelOf(6), await labelOf(7)];
    expect(await labels()).toEqual(['brackets', 'own, too', 'dates']);
    // Their files are not needed any more.
    for (const file of files) rmSync(file);
    expect(await documents.openSae({ path: folder }, signal)).toEqual(info);
    expect(await labels()).toEqual(['brackets', 'own, too', 'dates']);
    expect((await keep([])).info).toEqual(opened);
    expect(existsSync(info.keptIn)).toBe(false);
    expect(await labelOf(5)).toBe('own');
  });

  test('of another autoencoder and of no feature are left out, and named', async () => {
    await documents.openSae({ path: writeSae(join(scratch, 'other')) }, signal);
    const lines = [exported(1, 'a'), exported(2, 'b', '1-res-toy'), exported(1e6, 'c')];
    const { problems, info } = await keep([batch('mixed.gz', ...lines)], 'toy/0-res-toy');
    expect(problems).toEqual([
      `${join(scratch, 'mixed.gz')}: 2 of 3 lines left out: line 2 is of toy/1-res-toy, line 3 is for feature 1000000, and there are only ${info.features}.`,
    ]);
    expect(info.keptLabels).toBe(1);
  });

  test('that are none are refused, and what was kept stays', async () => {
    await documents.openSae({ path: writeSae(join(scratch, 'kept')) }, signal);
    const { info } = await keep([batch('good.gz', exported(1, 'a'))]);
    const broken = join(scratch, 'broken.gz');
    writeFileSync(broken, gzipSync(exported(1, 'b')).subarray(0, 30));
    const none = batch('none.gz', exported(3, 'c', '9-other'));
    const refuse = async (files: string[], words: RegExp) => {
      const refused = Promise.resolve().then(() => keep(files, 'toy/0-res-toy'));
      await expect(refused).rejects.toThrow(UserError);
      await expect(refused).rejects.toThrow(words);
    };
    await refuse([broken], /broken\.gz holds no labels: /);
    await refuse([join(scratch, 'nowhere.json')], /^File not found: /);
    await refuse([none], /^No label was found in .*none\.gz.* line 1 is of toy\/9-other\./);
    expect(await labelOf(1)).toBe('a');
    // It is not what it was, but the autoencoder opens.
    writeFileSync(info.keptIn, 'x');
    const opened = await documents.openSae({ path: join(scratch, 'kept') }, signal);
    expect(opened).toMatchObject({ keptLabels: 0 });
  });

  test('its name on Neuronpedia is that of its configuration', async () => {
    const folder = writeSae(join(scratch, 'named'));
    const path = join(folder, 'cfg.json');
    const cfg = JSON.parse(readFileSync(path, 'utf8'));
    const named = async (id: unknown) => {
      cfg.metadata = { ...cfg.metadata, neuronpedia_id: id };
      writeFileSync(path, JSON.stringify(cfg));
      return (await documents.openSae({ path: folder }, signal))?.neuronpedia;
    };
    expect(await named('gpt2-small/8-res-jb')).toBe('gpt2-small/8-res-jb');
    expect(await named('../../x')).toBeNull();
    expect(await named(3)).toBeNull();
  });
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
  const lines = (await get('jsonl')).trimEnd().split('\n');
  expect(lines).toHaveLength(text.length + 1);
  const { unexplained } = (await viewOf()).features;
  for (const [token, one] of lines.slice(0, -1).entries()) {
    const row = JSON.parse(one) as { unexplained: number; features: { value: number }[] };
    if (!Number.isNaN(unexplained[token]))
      expect(row.unexplained).toBeCloseTo(unexplained[token]!, 5);
    const values = row.features.map(({ value }) => value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  }
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
