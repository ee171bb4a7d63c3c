// Every lens explains a token by the number that colours it.
import { describe, expect, test } from 'vitest';
import { layerPasses } from '../../../src/core/layers/layerPasses';
import { passColumns, type Lens } from '../../../src/core/lenses/lens';
import { lenses } from '../../../src/core/lenses/lenses';
import { emptyScores, type Scores } from '../../../src/core/lenses/scores';
import { contrastOf, contrastScore } from '../../../src/core/traces/contrast';

const scores: Scores = {
  ...emptyScores(1, 2),
  logprobs: Float32Array.of(-2),
  entropiesNats: Float32Array.of(1.5),
  varentropies: Float32Array.of(0.7),
  ranks: Uint32Array.of(3),
  topLogprobs: Float32Array.of(-0.5, -1),
  byteNats: Float64Array.of(2.1),
  secondByteNats: Float64Array.of(3.3),
  contrast: {
    positive: Float32Array.of(-2),
    negative: Float32Array.of(-0.7),
    divergences: Float32Array.of(0.4),
    centre: 0.25,
  },
  features: {
    strongest: Float32Array.of(0.63),
    strongestFeature: Int32Array.of(12),
    unusual: Float32Array.of(0.63),
    unusualFeature: Int32Array.of(12),
    byDistribution: true,
    channel: Float32Array.of(4),
    unexplained: Float32Array.of(0.21),
  },
  digitGroups: Float32Array.of(1),
  fineness: Float32Array.of(2.6),
  chunks: Float32Array.of(4),
  deleteGate: Float32Array.of(0.62),
  ...Object.fromEntries(layerPasses.map((id, i) => [id, Float32Array.of(0.3 + i / 10)])),
};
const unknown: Scores = emptyScores(1, 2);

describe.each(Object.entries<Lens>(lenses))('%s', (_, lens) => {
  const row = { scores, row: 0, index: 7 };

  test('says its own number first, as it is coloured', () => {
    const rows = lens.explain(row);
    // Where a token is says its head.
    if (lens.needs.length === 0) return expect(rows).toEqual([]);
    expect(rows[0]!.name).toBe(lens.title);
    // The words of `format` may be left out beside the title: "Rank: 3".
    expect(lens.format(lens.value(scores, 0, 7))).toContain(rows[0]!.value);
  });

  test('says nothing where nothing is known', () => {
    expect(lens.explain({ ...row, scores: unknown })).toEqual([]);
    expect(lens.explain({ ...row, scores: null })).toEqual([]);
  });

  test('needs the passes whose columns it reads, and no other', () => {
    const columns = (Object.keys(passColumns) as (keyof typeof passColumns)[]).filter(id => {
      const { [passColumns[id]]: _, ...without } = scores;
      const hidden = { ...unknown, ...without, ...(id === 'tokens' && unknown) } as Scores;
      return !Object.is(lens.value(hidden, 0, 7), lens.value(scores, 0, 7));
    });
    for (const id of columns) expect(lens.needs).toContain(id);
    if (columns.length === 0) expect(lens.needs).toEqual([]);
  });
});

test('the most unusual feature is named where there is one, with what its number is', () => {
  const row = { scores, row: 0, index: 0 };
  expect(lenses.features.explain(row)).toEqual([
    { name: 'Features', value: '63.00 %' },
    { name: 'most unusual feature', value: '#12, higher than 63.00 % of its values' },
  ]);
  const byMaximum = { ...scores.features!, byDistribution: false };
  const [, named] = lenses.features.explain({ ...row, scores: { ...scores, features: byMaximum } });
  expect(named!.value).toBe('#12, at 63.00 % of its maximum');
  const none = { ...scores.features!, unusualFeature: Int32Array.of(-1) };
  expect(lenses.features.explain({ ...row, scores: { ...scores, features: none } })).toHaveLength(
    1,
  );
});

test('contrast is the sum that its rows spell out', () => {
  const one = Math.log(0.2);
  const other = Math.log(0.6);
  const { divergence } = contrastOf(
    [one, Math.log(0.8)] as never,
    [other, Math.log(0.4)] as never,
    0,
  );
  const token = { positive: one, negative: other, divergence };
  expect(contrastScore(token)).toBeCloseTo(-one + (other - one) + divergence, 12);
  const names = lenses.contrast.explain({ scores, row: 0, index: 0 }).map(({ name }) => name);
  expect(names).toEqual([
    'Contrast',
    'subtracted median of the text',
    'surprisal under the positive model',
    'surprisal under the negative model',
    'divergence of the two models here',
    'contrast score',
  ]);
});

test('a difference has its sign, and none is positive', () => {
  const of = (nats: number) =>
    lenses.contrast.explain({
      scores: {
        ...scores,
        contrast: { ...scores.contrast!, positive: [-1], negative: [-1 + nats], centre: 0 },
      } as unknown as typeof scores,
      row: 0,
      index: 0,
    })[0]!.value;
  expect([Math.LN2, -Math.LN2, 0].map(of)).toEqual(['+1.00 bits', '−1.00 bits', '+0.00 bits']);
});

test('what a file saved is read by the lenses of one place and one model', () => {
  const saved = Object.entries(lenses).filter(([, lens]) => lens.readsSaved);
  expect(saved.map(([name]) => name)).toEqual([
    'tokens',
    'surprisal',
    'entropy',
    'varentropy',
    'gap',
  ]);
});
