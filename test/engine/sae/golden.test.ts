// The built-in autoencoder against PyTorch on a sample text (training/golden/features.py): features, what each way
// of choosing keeps, and what ablating and steering do.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { featureChoice, mutualChoice, perToken } from '../../../src/core/sae/selection';
import {
  rowCount,
  filterRows,
  type FeatureRows,
  type SparseRows,
} from '../../../src/core/sae/sparseRows';
import { qualityOf } from '../../../src/core/sae/quality';
import { Model } from '../../../src/engine/models/model';
import { Document } from '../../../src/engine/documents/document';
import { FeatureWindows } from '../../../src/engine/scoring/featureWindows';
import { OpenedSae } from '../../../src/engine/sae/openedSae';
import { readSafetensors } from '../../../src/engine/sae/safetensors';
import { steer } from '../../../src/engine/sae/steering';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';
import { sampleOf, seedOr } from '../../support/seed';
import { pick, randomOf } from '../../support/toys';

const root = join(import.meta.dirname, '../../..');
const saeFolder = join(root, 'models/coder/saes/resid-mid');
const golden = JSON.parse(readFileSync(join(root, 'test/golden/sae/coder.json'), 'utf8')) as {
  saeSha256: string;
  ids: number[];
  fvu: number;
  l0: number;
  z: [number, number][][];
  unexplained: number[];
  mutual: Record<string, number[][]>;
  perToken: Record<string, number[][]>;
  perFeature: Record<string, Record<string, number[]>>;
  effects: {
    kind: 'none' | 'ablate' | 'steer';
    feature?: number;
    token: number | null;
    by: number;
    logprob: number[];
  }[];
};
const ids = Uint32Array.from(golden.ids);
const { signal } = new AbortController();
let model: Model;
let runtime: string;
let opened: OpenedSae;
let rows: FeatureRows;
let above: FeatureRows;

beforeAll(async () => {
  runtime = join(await bundleEngine(), 'runtime.js');
  model = await Model.open(join(root, 'models/coder'), 2048, () => new RuntimeClient(runtime));
  opened = OpenedSae.open(saeFolder);
  await model.openSae(opened.sae);
  rows = await model.encode(ids, 0, signal);
  const limit = opened.sae.features;
  const all = await model.encode(ids, 0, signal, () => {}, { candidates: { limit } });
  above = { ...all, ...filterRows(all, (_, token) => token > 0) };
});
afterAll(() => model.dispose());

test('it is the autoencoder that PyTorch was given', () => {
  const bytes = readFileSync(join(saeFolder, 'sae_weights.safetensors'));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(golden.saeSha256);
});

test('activations are those of PyTorch', () => {
  const { data } = readSafetensors(join(root, 'test/golden/sae/coder.safetensors')).get('x');
  const most = data.reduce((high, value) => Math.max(high, Math.abs(value)), 0);
  for (const [i, value] of data.entries())
    expect(Math.abs(rows.activations[i]! - value)).toBeLessThanOrEqual(1e-4 * most);
});

test('features have the values of PyTorch, and the same ones are on', () => {
  const most = Math.max(...golden.z.flat().map(([, value]) => value));
  for (let t = 1; t < ids.length; t++) {
    const [from, to] = [rows.starts[t]!, rows.starts[t + 1]!];
    const found = new Map(
      [...rows.features.subarray(from, to)].map((f, i) => [f, rows.values[from + i]!]),
    );
    const wanted = new Map(golden.z[t]);
    const threshold = (f: number) =>
      opened.sae.activation.kind === 'threshold' ? opened.sae.activation.threshold[f]! : 0;
    for (const f of new Set([...found.keys(), ...wanted.keys()])) {
      const [is, was] = [found.get(f), wanted.get(f)];
      if (is === undefined || was === undefined)
        expect(Math.abs((is ?? was)! - threshold(f))).toBeLessThan(1e-4);
      else expect(Math.abs(is - was)).toBeLessThanOrEqual(1e-4 * most);
    }
    expect(rows.errors[t]! / rows.norms[t]!).toBeCloseTo(golden.unexplained[t]!, 4);
  }
  const quality = qualityOf([{ rows, masked: 1 }]);
  expect(quality.fvu).toBeCloseTo(golden.fvu, 4);
  expect(quality.l0).toBeCloseTo(golden.l0, 1);
});

const featuresOf = (chosen: SparseRows) =>
  Array.from({ length: rowCount(chosen) }, (_, t) => [
    ...chosen.features.subarray(chosen.starts[t], chosen.starts[t + 1]),
  ]);

test('Mutual Choice and the highest of each token keep what PyTorch keeps', () => {
  for (const [k, kept] of Object.entries(golden.mutual)) {
    const budget = Number(k) * (ids.length - 1);
    const chosen = mutualChoice(above, budget);
    expect(chosen.features).toHaveLength(budget);
    expect(featuresOf(chosen)).toEqual(kept);
  }
  for (const [k, kept] of Object.entries(golden.perToken))
    expect(featuresOf(perToken(above, Number(k)))).toEqual(kept);
});

test('the highest tokens of a feature', () => {
  for (const [count, features] of Object.entries(golden.perFeature))
    for (const [feature, tokens] of Object.entries(features)) {
      const found = featureChoice(above, Number(feature), Number(count));
      expect(found.map(({ token }) => token)).toEqual(tokens);
    }
});

test('ablating and steering change log-probabilities as a hook in PyTorch does', async () => {
  const [none, ...effects] = golden.effects;
  const one = pick(randomOf(seedOr(1)), effects).feature;
  // Of one of its features, and of all in `npm run prove`.
  const some = sampleOf(
    [none!, ...effects.filter(({ feature }) => feature === one)],
    golden.effects,
  );
  for (const effect of some) {
    const { feature = 0, token, kind, by } = effect;
    const change = kind === 'steer' ? { kind, by } : ({ kind: 'ablate' } as const);
    const at = (t: number) => kind !== 'none' && (token === null || t === token);
    const { after } = await steer(opened, model, ids, { feature, change }, at, 1, { signal });
    for (let t = 1; t < ids.length; t++)
      expect(Math.abs(after.logprobs[t - 1]! - effect.logprob[t]!)).toBeLessThanOrEqual(1e-4);
  }
});

test('a text of more windows than the cache holds keeps what is on the screen, and a pass over it ends', async () => {
  const code = readFileSync(join(root, 'test/golden/texts/python.py.txt'), 'utf8');
  const text = code.slice(0, 4000);
  const small = await Model.open(join(root, 'models/coder'), 128, () => new RuntimeClient(runtime));
  try {
    await small.openSae(opened.sae);
    const pass = new FeatureWindows(opened, small, 4);
    const document = new Document('a', 0, text);
    const tokens = document.streamBy(small.tokenizer).size.tokens;
    expect([...pass.windowsIn(document.streamBy(small.tokenizer))].length).toBeGreaterThan(8);
    const visible = [{ utf16Start: text.length - 200, utf16End: text.length }];
    const request = { visible, maxTokens: 1e6, signal, onScored: () => {} };
    await pass.run(document, request);
    expect(pass.known(document, tokens - 20, tokens).pending).toBe(0);
    const encode = vi.spyOn(small, 'encode');
    await pass.run(document, request);
    expect(encode).not.toHaveBeenCalled();
    // A pass over the whole text keeps all of it.
    await pass.run(document, { ...request, maxTokens: Infinity });
    expect(pass.known(document, 0, tokens).pending).toBe(0);
  } finally {
    small.dispose();
  }
});
