// How much of a text each density colours, measured or not.
import { describe, expect, test } from 'vitest';
import {
  densities,
  followsModel,
  measuredBounds,
  withDensity,
} from '../../../src/core/lenses/density';
import { lensIds, lenses } from '../../../src/core/lenses/lenses';
import { stepOf } from '../../../src/core/lenses/scale';

const { surprisal, rank, tokens, difference } = lenses;
const scaleOf = (lens: ReturnType<typeof withDensity>) => {
  if (lens.scale.kind !== 'heat') throw new Error('not a heat scale');
  return lens.scale;
};
const coloured = (lens: ReturnType<typeof withDensity>, values: readonly number[]) =>
  values.filter(value => stepOf(lens.scale, value) > 0).length / values.length;

describe('a scale that follows a model', () => {
  // As surprisals are: many small ones, few large ones.
  const values = Array.from({ length: 4000 }, (_, i) => -3 * Math.log((i + 0.5) / 4000));
  const bounds = measuredBounds(scaleOf(surprisal), [...values, NaN])!;

  test.each([
    ['subtle', 0.05],
    ['normal', 0.14],
    ['full', 0.5],
  ] as const)('%s colours the share that it says', (density, share) => {
    const lens = withDensity(surprisal, density, bounds);
    expect(coloured(lens, values)).toBeGreaterThan(0.9 * share);
    expect(coloured(lens, values)).toBeLessThan(1.1 * share);
    expect(scaleOf(lens).about).toContain(`${Math.round(100 * share)} %`);
  });

  test('where many values are equal, no more than the share is coloured', () => {
    const ranks = [
      ...Array<number>(700).fill(1),
      ...Array<number>(250).fill(2),
      ...Array<number>(50).fill(900),
    ];
    const found = measuredBounds(scaleOf(rank), ranks)!;
    expect(coloured(withDensity(rank, 'normal', found), ranks)).toBe(0.05);
    expect(found.full[0]).toBe(2);
    // All alike: nothing stands out.
    const alike = Array<number>(600).fill(7);
    const none = measuredBounds(scaleOf(rank), alike)!;
    for (const density of densities)
      expect(coloured(withDensity(rank, density, none), alike)).toBe(0);
  });

  test('few values measure nothing', () => {
    expect(measuredBounds(scaleOf(surprisal), values.slice(0, 499))).toBeUndefined();
    expect(measuredBounds(scaleOf(surprisal), values.slice(0, 500))).toBeDefined();
  });

  test('bounds ascend, with the decimals of the lens', () => {
    const close = Array.from({ length: 1000 }, (_, i) => 1 + i / 1e6);
    const found = measuredBounds(scaleOf(surprisal), close)!;
    for (const density of densities)
      expect(found[density]).toEqual([...new Set(found[density])].sort((a, b) => a - b));
    expect(found.normal.every(bound => bound === Number(bound.toFixed(2)))).toBe(true);
  });
});

test('without a measurement the bounds of the lens move up', () => {
  expect(scaleOf(withDensity(surprisal, 'full')).bounds).toBe(scaleOf(surprisal).bounds);
  expect(scaleOf(withDensity(surprisal, 'normal')).bounds).toEqual([4, 5.33, 6.67, 8, 10, 12, 14]);
  expect(scaleOf(withDensity(surprisal, 'subtle')).bounds[0]).toBe(8);
  expect(scaleOf(withDensity(surprisal, 'normal')).about).toBeUndefined();
});

test('bounds close to 100 % keep the decimals of the lens', () => {
  const { bounds } = scaleOf(withDensity(lenses.features, 'normal'));
  expect(bounds).toEqual([98, 98.67, 99.17, 99.5, 99.7, 99.85, 99.95]);
  const shares = Array.from({ length: 10_000 }, (_, i) => i / 100);
  const { subtle } = measuredBounds(scaleOf(lenses.features), shares)!;
  expect(subtle).toEqual([95, 96.5, 97.6, 98.5, 99.1, 99.5, 99.8]);
  // Many tokens are above all that their feature was ever seen to be.
  const high = shares.map(share => Math.min(100, 99 + share / 50));
  const { normal } = measuredBounds(scaleOf(lenses.features), high)!;
  expect(normal).toEqual([99.94, 99.95, 99.96, 99.97, 99.98, 99.99, 100]);
});

test('lenses without heat, and those on layers, are as they are', () => {
  for (const density of densities) {
    expect(withDensity(lenses.attention, density)).toBe(lenses.attention);
    expect(withDensity(tokens, density)).toBe(tokens);
    expect(withDensity(difference, density)).toBe(difference);
  }
});

test('the lenses that follow a model are those of its tokens', () => {
  const following = lensIds.filter(id => followsModel(lenses[id]));
  expect(following).toContain('surprisal');
  expect(following).toContain('features');
  for (const id of ['tokens', 'bytes', 'pinned', 'contrast', 'numbers', 'exitDepth'] as const)
    expect(following).not.toContain(id);
});
