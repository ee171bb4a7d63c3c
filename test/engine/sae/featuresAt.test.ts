// The features of one token, against sums that are written out: those that are on, by their share of their highest value,
// and those that are off and closest to being on, with what each of them would have needed.
import { expect, test } from 'vitest';
import type { Activation } from '../../../src/core/sae/sae';
import type { FeatureRows } from '../../../src/core/sae/sparseRows';
import type { Document } from '../../../src/engine/documents/document';
import type { FeatureContext } from '../../../src/engine/sae/featureContext';
import { featuresAt } from '../../../src/engine/sae/featuresAt';
import { normalNumbers, randomSae } from '../../support/saes';
import { seedOr } from '../../support/seed';
import { randomOf, type Random } from '../../support/toys';

const FEATURES = 40;
const WIDTH = 8;
const TOKEN = 65;

/** A text of one token. */
const document = {
  streamBy: () => ({
    size: { tokens: 1 },
    tokensIn: (from: number) => ({ first: from, end: from + 1 }),
    tokens: () => ({ ids: [TOKEN], utf16Starts: [0], utf16Ends: [1] }),
  }),
} as unknown as Document;

/** An autoencoder of a kind with one token's activations. */
function example(random: Random, kind: 'threshold' | 'topK') {
  const threshold = Float32Array.from({ length: FEATURES }, () => 0.2 + 2 * random());
  const k = 6;
  const activation: Activation = kind === 'topK' ? { kind, k } : { kind, threshold };
  const seed = Math.floor(1e6 * random());
  const sae = { ...randomSae({ width: WIDTH, features: FEATURES, seed }), activation };
  const x = normalNumbers(WIDTH, seed + 9).map(value => 2 * value);
  const u = Array.from({ length: FEATURES }, (_, f) =>
    x.reduce(
      (sum, value, i) => sum + (value - sae.shift![i]!) * sae.encoder[i * FEATURES + f]!,
      sae.encoderBias[f]!,
    ),
  );
  const positive = [...u.keys()].filter(f => u[f]! > 0).sort((a, b) => u[b]! - u[a]!);
  const on = (
    kind === 'topK' ? positive.slice(0, k) : positive.filter(f => u[f]! > threshold[f]!)
  ).sort((a, b) => a - b);
  const neededBy = (f: number) => (kind === 'topK' ? u[positive[k - 1]!]! : threshold[f]!);
  const rows: FeatureRows = {
    starts: Uint32Array.of(0, on.length),
    features: Uint32Array.from(on),
    values: Float32Array.from(on, f => u[f]!),
    norms: Float32Array.of(4),
    errors: Float32Array.of(1),
    activations: x,
  };
  return { sae, u, positive, on, neededBy, rows, maxima: normalNumbers(FEATURES, seed + 10) };
}

function contextOf({ sae, rows, maxima }: ReturnType<typeof example>, masked = 0): FeatureContext {
  return {
    opened: {
      sae,
      maxOf: (feature: number) => Math.abs(maxima[feature]!),
      featureName: (feature: number) => ({ feature }),
    },
    model: { tokenizer: { bytesOf: (id: number) => Uint8Array.of(id) } },
    windows: { known: () => ({ parts: [{ first: 0, rows, masked }], pending: 0 }) },
    effects: {
      effectsOf: (features: number[]) =>
        Promise.resolve(features.map(id => ({ raises: [{ id }], lowers: [] }))),
    },
  } as unknown as FeatureContext;
}

test.each(['threshold', 'topK'] as const)('near misses of the kind %s', async kind => {
  const random = randomOf(seedOr(1));
  let listed = 0;
  for (let round = 0; round < 50; round++) {
    const one = example(random, kind);
    const { u, positive, on, neededBy } = one;
    const { near } = (await featuresAt(contextOf(one), document, 0, true))!;
    const closest = positive
      .filter(f => !on.includes(f))
      .sort((a, b) => u[b]! / neededBy(b) - u[a]! / neededBy(a))
      .slice(0, 5);
    expect(near.map(({ feature }) => feature)).toEqual(closest);
    near.forEach(({ feature, value, needed }) => {
      expect(value).toBeCloseTo(u[feature]!, 6);
      expect(needed).toBeCloseTo(neededBy(feature), 6);
      expect(value).toBeLessThanOrEqual(needed);
    });
    listed += near.length;
  }
  expect(listed).toBeGreaterThan(100);
});

test('features that are on come by their share of their highest value, with their own values', async () => {
  const random = randomOf(seedOr(1));
  for (let round = 0; round < 50; round++) {
    const one = example(random, 'threshold');
    const share = (f: number) => one.u[f]! / Math.abs(one.maxima[f]!);
    const found = (await featuresAt(contextOf(one), document, 0, true))!;
    expect(found.features.map(({ feature }) => feature)).toEqual(
      one.on.toSorted((a, b) => share(b) - share(a)),
    );
    for (const { feature, value, raises } of found.features) {
      expect(value).toBeCloseTo(one.u[feature]!, 5);
      expect(raises).toEqual([{ id: feature }]);
    }
    expect(found).toMatchObject({ bytes: Uint8Array.of(TOKEN), unexplained: 0.25, pending: false });
    const brief = (await featuresAt(contextOf(one), document, 0, false))!;
    expect(brief.features.every(({ raises }) => raises.length === 0)).toBe(true);
    expect(brief.near).toEqual([]);
  }
});

test('a token that the autoencoder was not trained on has none, and none is after the text', async () => {
  const one = example(randomOf(seedOr(1)), 'topK');
  const masked = await featuresAt(contextOf(one, 1), document, 0, true);
  expect(masked).toMatchObject({ masked: true, features: [], near: [], unexplained: null });
  expect(await featuresAt(contextOf(one), document, 1, true)).toBeNull();
});
