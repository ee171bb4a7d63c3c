import { describe, expect, it, test } from 'vitest';
import { lenses } from '../../../src/core/lenses/lenses';
import { isPeak, nearestPeak, peakSize } from '../../../src/core/lenses/peaks';
import type { Lens } from '../../../src/core/lenses/lens';
import {
  DIVERGING_STEPS,
  HEAT_STEPS,
  legendOf,
  stepOf,
  strengthOf,
} from '../../../src/core/lenses/scale';
import { copyScores, emptyScores, sliceScores } from '../../../src/core/lenses/scores';
import { displayToken } from '../../../src/core/displayToken';
import { encodeUtf8 } from '../../../src/core/text/utf8';

describe('scales', () => {
  const heats = Object.values<Lens>(lenses).filter(lens => lens.scale.kind === 'heat');

  it.each(heats.map(lens => [lens.title, lens] as const))(
    '%s has a legend line per step',
    (_, lens) => {
      if (lens.scale.kind !== 'heat') throw new Error('filtered above');
      const { bounds } = lens.scale;
      expect(bounds).toHaveLength(HEAT_STEPS - 1);
      expect([...bounds].sort((a, b) => a - b)).toEqual(bounds);
      expect(legendOf(lens.scale)).toHaveLength(HEAT_STEPS);
      bounds.forEach((bound, i) => {
        expect(stepOf(lens.scale, bound)).toBe(i + 1);
        expect(stepOf(lens.scale, bound - 1e-6)).toBe(i);
      });
      expect(stepOf(lens.scale, NaN)).toBe(-1);
    },
  );
});

test('a diverging scale has as many steps on either side of nothing, with a legend line each', () => {
  const { scale } = lenses.difference;
  const legend = legendOf(scale);
  expect(legend).toHaveLength(DIVERGING_STEPS);
  expect([legend[0], legend.at(-1)]).toEqual(['8 bits and above less', '8 bits and above more']);
  expect(
    [-9, -8, -5, -2, -1, -0.1, 0, 0.1, 1, 2, 5, 8, 9].map(value => stepOf(scale, value)),
  ).toEqual([0, 0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 8]);
  expect(stepOf(scale, NaN)).toBe(-1);
  expect(strengthOf(scale, 0)).toBe(1);
  expect(strengthOf(scale, 4)).toBe(0);
});

describe('lens values', () => {
  it('are in the units of the scale: bits, and rank 1 for the likeliest', () => {
    const scores = emptyScores(2, 1);
    scores.logprobs[0] = Math.log(1 / 8);
    scores.entropiesNats[0] = Math.LN2 * 5;
    scores.ranks[0] = 3;
    scores.varentropies[0] = 2 * Math.LN2 ** 2;
    scores.topLogprobs[0] = Math.log(1 / 2);
    expect(lenses.surprisal.value(scores, 0)).toBeCloseTo(3, 5);
    expect(lenses.entropy.value(scores, 0)).toBeCloseTo(5, 5);
    expect(lenses.rank.value(scores, 0)).toBe(3);
    expect(lenses.varentropy.value(scores, 0)).toBeCloseTo(2, 5);
    expect(lenses.gap.value(scores, 0)).toBeCloseTo(2, 5);
    const byteNats = Float64Array.of(Math.LN2 * 4);
    const second = { ...scores, byteNats, secondByteNats: Float64Array.of(Math.LN2) };
    expect(lenses.difference.value(second, 0)).toBeCloseTo(-3, 5);
    expect(lenses.difference.format(-3)).toBe('−3.00 bits');
    const nats = (bits: number) => Float32Array.of(Math.LN2 * bits);
    const contrast = { positive: nats(-7), negative: nats(-2), divergences: nats(1) };
    const centred = { ...scores, contrast: { ...contrast, centre: 2 * Math.LN2 } };
    expect(lenses.contrast.value(centred, 0)).toBeCloseTo(3, 5);
  });

  it('are NaN where nothing is known', () => {
    const scores = emptyScores(1, 1);
    const { surprisal, entropy, varentropy, gap, rank, difference } = lenses;
    for (const lens of [surprisal, entropy, varentropy, gap, rank, difference]) {
      expect(lens.value(scores, 0)).toBeNaN();
      expect(lens.value(null, 0)).toBeNaN();
    }
  });
});

describe('isPeak', () => {
  it('wants a hot value above what came before and not below what comes after', () => {
    expect(isPeak(lenses.surprisal, 1, 9, 2)).toBe(true);
    expect(isPeak(lenses.surprisal, 9, 9, 2)).toBe(false);
    expect(isPeak(lenses.surprisal, 1, 9, 10)).toBe(false);
    expect(isPeak(lenses.surprisal, 1, 3, 2)).toBe(false);
    expect(isPeak(lenses.surprisal, NaN, 9, NaN)).toBe(true);
    expect(isPeak(lenses.surprisal, 1, NaN, 1)).toBe(false);
    expect(isPeak(lenses.difference, 1, -9, 2)).toBe(true);
    expect(isPeak(lenses.difference, 10, -9, 2)).toBe(false);
    expect(isPeak(lenses.difference, 0, 2, 0)).toBe(false);
  });
});

describe('peaks by their share of the text', () => {
  test('are the twentieth part of what is known and not 0, by its size', () => {
    const nothing = [...new Array<number>(60).fill(NaN), ...new Array<number>(60).fill(0)];
    const values = Array.from({ length: 40 }, (_, i) => (i % 2 ? 1 : -1) * (i + 1));
    expect(peakSize([...nothing, ...values, ...nothing])).toBe(38);
    expect(peakSize(nothing)).toBe(Infinity);
    expect(peakSize([NaN, -3])).toBe(3);
  });

  test('are found from a token on, and back from it', () => {
    const values = [0, -9, 0, 0, 8, NaN, 7, 0, ...new Array<number>(40).fill(1)];
    const found = (start: number, direction: 1 | -1) =>
      nearestPeak(lenses.contrast, index => values[index]!, values.length, start, direction);
    expect([found(0, 1), found(1, 1), found(2, 1), found(5, 1)]).toEqual([1, 1, 4, 6]);
    expect([found(47, -1), found(3, -1), found(0, -1)]).toEqual([6, 1, undefined]);
  });
});

describe('scores', () => {
  it('slices and copies rows with their alternatives', () => {
    const scores = emptyScores(4, 2);
    scores.topIds.set([0, 1, 10, 11, 20, 21, 30, 31]);
    scores.ranks.set([1, 2, 3, 4]);
    const slice = sliceScores(scores, 1, 3);
    expect([...slice.topIds]).toEqual([10, 11, 20, 21]);
    const target = emptyScores(4, 2);
    copyScores(slice, 1, 2, target, 3);
    expect([...target.ranks]).toEqual([0, 0, 0, 3]);
    expect(Array.from(target.topIds.slice(6))).toEqual([20, 21]);
  });
});

describe('spell', () => {
  it.each([
    ['  return', '··return'],
    ['\r\n\t', '␍↵→'],
    ['a\u200db\u202e', 'a⟨U+200D⟩b⟨U+202E⟩'],
    ['<b>&`|', '<b>&`|'],
  ])('makes %j visible', (text, spelled) => expect(displayToken(encodeUtf8(text))).toBe(spelled));

  it('shows bytes that are no whole character in hex', () => {
    expect(displayToken(Uint8Array.of(0xf0, 0x9f))).toBe('⟨f0 9f⟩');
  });
});
