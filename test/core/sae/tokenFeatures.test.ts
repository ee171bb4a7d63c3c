// One number per token of what fires there, against the definition.
import { expect, test } from 'vitest';
import { CHANNEL_STEPS, strengthStep } from '../../../src/core/sae/featureValues';
import { rowsOf, type FeatureRows } from '../../../src/core/sae/sparseRows';
import { tokenFeaturesOf } from '../../../src/core/sae/tokenFeatures';

/** Feature 0 is dense; of feature 3 no highest value is known. */
const figures = {
  maxOf: (feature: number) => [10, 4, 2, NaN][feature]!,
  densityOf: (feature: number) => [0.9, 0.1, NaN, 0.1][feature]!,
};

function featureRows(lists: readonly (readonly [number, number])[][]): FeatureRows {
  return {
    ...rowsOf(lists),
    norms: Float32Array.from(lists, () => 2),
    errors: Float32Array.from(lists, (_, token) => token),
    activations: new Float32Array(),
  };
}
const strongestOf = (lists: readonly (readonly [number, number])[][], cutoff: number) => {
  const parts = [{ first: 0, rows: featureRows(lists), masked: 0 }];
  const found = tokenFeaturesOf(parts, 0, lists.length, figures, [], cutoff);
  return [...found.strongestFeature].map((feature, row) => [feature, found.strongest[row]]);
};

test('the strongest feature is the one nearest to its highest value, without dense ones', () => {
  const lists: [number, number][][] = [
    [
      [0, 9],
      [1, 3],
      [2, 1],
    ],
    [[3, 0.1]],
    [],
    [[0, 5]],
  ];
  expect(strongestOf(lists, 0.5)).toEqual([
    [1, 0.75],
    [3, 1],
    [-1, 0],
    [-1, 0],
  ]);
  expect(strongestOf(lists, 1)[0]![0]).toBe(0);
  // A density that is not known says nothing against a feature.
  expect(strongestOf([[[2, 1]]], 0.5)).toEqual([[2, 0.5]]);
});

test('a channel is that of the strongest pinned feature above its threshold, whatever their order', () => {
  const pins = [
    { feature: 1, threshold: 0.5 },
    { feature: 2, threshold: 0.25 },
    { feature: 0, threshold: 0.9 },
  ];
  const channelOf = (...list: [number, number][]) => {
    const parts = [{ first: 0, rows: featureRows([list]), masked: 0 }];
    const [channel] = tokenFeaturesOf(parts, 0, 1, figures, pins, 0.5).channel;
    return [Math.floor(channel! / CHANNEL_STEPS), channel! % CHANNEL_STEPS];
  };
  // Shares of 0.75 and 0.5, then of 0.5 and 1.
  expect(channelOf([1, 3], [2, 1])).toEqual([0, strengthStep(0.75)]);
  expect(channelOf([1, 2], [2, 2])).toEqual([1, strengthStep(1)]);
  expect(channelOf([0, 8], [1, 1.9], [2, 0.5])).toEqual([1, strengthStep(0.25)]);
  expect(channelOf([0, 8], [1, 1.9], [2, 0.4])).toEqual([NaN, NaN]);
});

test('strengths are thirds of the highest value, and no more of what is above it', () => {
  const shares = [-0.1, 0, 0.33, 0.34, 0.66, 0.67, 1, 1.5, 40];
  expect(shares.map(strengthStep)).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 2]);
});

test('tokens that are masked, outside the range or in no part say nothing', () => {
  const rows = featureRows([[[1, 1]], [[1, 2]], [[1, 3]], [[1, 4]]]);
  const parts = [{ first: 5, rows, masked: 1 }];
  const found = tokenFeaturesOf(parts, 4, 8, figures, [], 1);
  expect([...found.unexplained]).toEqual([NaN, NaN, 0.5, 1]);
  expect([...found.strongest]).toEqual([NaN, NaN, 0.5, 0.75]);
});

test('a part of what is unexplained is of the activation’s length', () => {
  const rows = {
    ...featureRows([[], []]),
    norms: Float32Array.of(4, 0),
    errors: Float32Array.of(3, 2),
  };
  const parts = [{ first: 0, rows, masked: 0 }];
  const found = tokenFeaturesOf(parts, 0, 2, figures, [], 1);
  expect([...found.unexplained]).toEqual([0.75, 2]);
  expect([...found.strongest]).toEqual([0, 0]);
  expect([...found.strongestFeature]).toEqual([-1, -1]);
  expect([...found.channel]).toEqual([NaN, NaN]);
});

test('the most unusual feature is the one with most of its own values below, without dense ones', () => {
  const lists: [number, number][][] = [
    [
      [1, 3],
      [2, 5],
      [0, 9],
    ],
    [],
  ];
  const parts = [{ first: 0, rows: featureRows(lists), masked: 0 }];
  const known = {
    ...figures,
    densityOf: (feature: number) => (feature === 0 ? 0.9 : 0.1),
    rankOf: (feature: number, value: number) => (feature === 1 ? 0.9 : 0.2) + value / 100,
  };
  const found = tokenFeaturesOf(parts, 0, 2, known, [], 0.5);
  expect([...found.unusualFeature]).toEqual([1, -1]);
  expect([...found.unusual].map(value => Math.round(100 * value))).toEqual([93, 0]);
  expect(found.byDistribution).toBe(true);
  // Without distributions it is the strongest one.
  const plain = tokenFeaturesOf(parts, 0, 2, figures, [], 1);
  expect([plain.unusual, plain.unusualFeature]).toEqual([plain.strongest, plain.strongestFeature]);
  expect(plain.byDistribution).toBe(false);
});
