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
import { copyScores, emptyScores, sliceScores, type Scores } from '../../../src/core/lenses/scores';
import { displayToken } from '../../../src/core/displayToken';
import { CHANNEL_STEPS } from '../../../src/core/sae/featureValues';
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

test('what lies below the first bound of a heat scale is in the lowest step, also below zero', () => {
  const { scale } = lenses.surprisal;
  expect([-20, -1, 0, 0.99, 1].map(value => stepOf(scale, value))).toEqual([0, 0, 0, 0, 1]);
  expect([0, 7].map(step => strengthOf(scale, step))).toEqual([0, 1]);
  expect(legendOf(scale).slice(0, 2)).toEqual(['below 1 bits', '1 – 2 bits']);
  expect(legendOf(lenses.rank.scale).slice(5)).toEqual([
    '51 – 201',
    '201 – 1001',
    '1001 and above',
  ]);
});

test('neighbours alternate, and channels are drawn as they are', () => {
  const { scale } = lenses.tokens;
  expect([0, 1, 2, 7].map(value => stepOf(scale, value))).toEqual([0, 1, 0, 1]);
  expect(legendOf(scale)).toEqual(['even tokens', 'odd tokens']);
  const pinned = lenses.pinned.scale;
  expect([0, 5, 17].map(value => stepOf(pinned, value))).toEqual([0, 5, 17]);
  expect(legendOf(pinned)).toEqual([]);
  expect(legendOf(pinned, ['#3', '#12'])).toEqual(['#3', '#12']);
  expect([0, 3].flatMap(step => [strengthOf(scale, step), strengthOf(pinned, step)])).toEqual([
    1, 1, 1, 1,
  ]);
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
    expect(lenses.bytes.value(second, 0)).toBeCloseTo(4, 5);
    const features = {
      strongest: Float32Array.of(0.75),
      strongestFeature: Int32Array.of(3),
      unusual: Float32Array.of(0.75),
      unusualFeature: Int32Array.of(3),
      byDistribution: true,
      channel: Float32Array.of(4),
      unexplained: Float32Array.of(0.5),
    };
    const encoded = { ...scores, features };
    expect(lenses.features.value(encoded, 0)).toBe(75);
    expect(lenses.pinned.value(encoded, 0)).toBe(4);
    expect(lenses.unexplained.value(encoded, 0)).toBe(50);
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

  it('is one from the fifth of eight steps on, or the third of four', () => {
    expect(isPeak(lenses.surprisal, 0, 6, 0)).toBe(true);
    expect(isPeak(lenses.surprisal, 0, 5.99, 0)).toBe(false);
    expect(isPeak(lenses.difference, 0, -4, 0)).toBe(true);
    expect(isPeak(lenses.difference, 0, -3.99, 0)).toBe(false);
  });

  it('ends at the last of equal values', () => {
    expect(isPeak(lenses.surprisal, 1, 9, 9)).toBe(true);
    expect(isPeak(lenses.surprisal, 9, 9, 1)).toBe(false);
    expect(isPeak(lenses.difference, 1, -9, 9)).toBe(true);
    expect(isPeak(lenses.difference, -9, 9, 1)).toBe(false);
  });

  it('is every token of an alternating scale, and where a channel begins', () => {
    expect(isPeak(lenses.tokens, 6, 7, 8)).toBe(true);
    const first = CHANNEL_STEPS;
    expect(isPeak(lenses.pinned, NaN, first, NaN)).toBe(true);
    expect(isPeak(lenses.pinned, first, first + CHANNEL_STEPS - 1, NaN)).toBe(false);
    expect(isPeak(lenses.pinned, first - 1, first, first)).toBe(true);
    expect(isPeak(lenses.pinned, first, NaN, first)).toBe(false);
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
    expect([found(7, 1), found(48, 1), found(-1, -1)]).toEqual([undefined, undefined, undefined]);
    // Nobody is asked for what is not there.
    nearestPeak(lenses.surprisal, index => expect(index).toBeOneOf([0, 1, 2]) ?? 0, 3, 2, -1);
    expect(nearestPeak(lenses.surprisal, () => 9, 3, 2, 1)).toBeUndefined();
    expect(nearestPeak(lenses.surprisal, index => index + 9, 3, 0, 1)).toBe(2);
  });
});

describe('scores', () => {
  const columns = (scores: Scores) => {
    const { topK: _, ...rest } = scores;
    return Object.entries(rest) as [string, Float32Array | Uint32Array][];
  };
  /** Every number differs from every other one. */
  const numbered = (rows: number, topK: number) => {
    const scores = emptyScores(rows, topK);
    let next = 1;
    for (const [, column] of columns(scores)) column.forEach((_, i) => (column[i] = next++));
    return scores;
  };

  it('are unknown until they are there', () => {
    for (const [name, column] of columns(emptyScores(3, 2))) {
      expect(column).toHaveLength(name.startsWith('top') ? 6 : 3);
      const unknown = column instanceof Float32Array ? NaN : 0;
      expect([name, [...new Set(column)]]).toEqual([name, [unknown]]);
    }
  });

  it('slices and copies rows with their alternatives, all columns alike', () => {
    const scores = numbered(5, 3);
    const slice = sliceScores(scores, 1, 4);
    const target = emptyScores(6, 3);
    copyScores(slice, 1, 3, target, 2);
    const nothing = emptyScores(6, 3);
    for (const [name, column] of columns(scores)) {
      const width = name.startsWith('top') ? 3 : 1;
      const of = (scores: Scores) => Object.fromEntries(columns(scores))[name]!;
      expect([...of(slice)]).toEqual([...column.subarray(width, 4 * width)]);
      const rows = [...of(nothing)];
      rows.splice(2 * width, 2 * width, ...column.subarray(2 * width, 4 * width));
      expect([name, ...of(target)]).toEqual([name, ...rows]);
    }
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
