// The sum that is shown, compared with the definition in NumPy; and properties of any pair.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logSoftmax, logSumOf } from '../../../src/core/exactBytes/logSum';
import { contrastOf, contrastScore, logRatioOf } from '../../../src/core/traces/contrast';
import { auc, aucBefore, rankOf } from '../../support/localization';
import { uncertaintyOf } from '../../../src/core/traces/uncertainty';
import { seedOr } from '../../support/seed';
import { randomOf, type Random } from '../../support/toys';
import { golden } from '../../support/paths';

interface Case {
  positive: number[];
  negative: number[];
  b: number;
  token: number;
  contrast: number;
  ratio: number;
  divergence: number;
  surprisal: number;
  entropy: number;
  varentropy: number;
  gap: number;
}
const { cases } = JSON.parse(readFileSync(join(golden, 'contrast.json'), 'utf8')) as {
  cases: Case[];
};

/** In double precision throughout. */
function rowOf(logits: readonly number[]): Float64Array {
  const sum = logSumOf(logits);
  return Float64Array.from(logits, logit => logit - sum);
}
const randomRow = (random: Random, size: number, scale: number) =>
  rowOf(Array.from({ length: size }, () => scale * (random() + random() + random() - 1.5)));

describe('a pair of models', () => {
  test.each(cases)('equals its definition for token $token at b = $b', one => {
    const [positive, negative] = [rowOf(one.positive), rowOf(one.negative)];
    const found = contrastOf(positive, negative, one.token, one.b);
    expect(Math.abs(logRatioOf(found) - one.ratio)).toBeLessThan(1e-9);
    expect(Math.abs(found.divergence - one.divergence)).toBeLessThan(1e-9);
    expect(Math.abs(contrastScore(found, one.b) - one.contrast)).toBeLessThan(1e-9);
  });

  test('has no part in the rows that pad the weights of one of them', () => {
    const random = randomOf(seedOr(4));
    const [one, two] = [randomRow(random, 12, 8), randomRow(random, 12, 8)];
    const padded = Float64Array.of(...one, -40, -50);
    const { divergence } = contrastOf(one, two, 3);
    expect(contrastOf(padded, two, 3).divergence).toBe(divergence);
    expect(contrastOf(one, Float64Array.of(...two, -40), 3).divergence).toBe(divergence);
  });

  test('is 0 for tokens on which it agrees, and changes sign when swapped', () => {
    const random = randomOf(seedOr(1));
    for (let i = 0; i < 50; i++) {
      const size = 2 + Math.floor(random() * 30);
      const [one, two] = [randomRow(random, size, 8), randomRow(random, size, 8)];
      const token = Math.floor(random() * size);
      const same = contrastOf(one, one, token);
      expect(same.divergence).toBeLessThan(1e-12);
      expect(contrastScore(same)).toBeCloseTo(-one[token]!, 12);
      const found = contrastOf(one, two, token);
      expect(found.divergence).toBeGreaterThanOrEqual(0);
      expect(logRatioOf(contrastOf(two, one, token))).toBe(-logRatioOf(found));
      // The divergence belongs to the position: it is the same for every token.
      expect(contrastOf(one, two, 0).divergence).toBe(found.divergence);
    }
  });

  test('is unbounded if the negative model excludes what the positive one allows', () => {
    const row = (...p: number[]) => Float64Array.from(p, Math.log);
    expect(contrastOf(row(0.5, 0.5), row(0, 1), 1).divergence).toBe(Infinity);
    const third = row(1 / 3, 1 / 3, 1 / 3);
    expect(contrastOf(third, row(0, 0, 1), 2).divergence).toBe(Infinity);
    expect(contrastOf(row(0, 1), row(0.5, 0.5), 1).divergence).toBeCloseTo(Math.log(2), 12);
  });

  test('finds a planted token, however much is added to all logits', () => {
    const random = randomOf(seedOr(2));
    const texts = Array.from({ length: 40 }, () => randomRow(random, 20, 4));
    const tokens = texts.map(() => Math.floor(random() * 20));
    for (const shift of [0, 5, -40]) {
      const ratios = texts.map((row, i) => {
        const planted = Float32Array.from(row, (logprob, id) =>
          i === 17 && id === tokens[i] ? logprob + 8 + shift : logprob + shift,
        );
        return logRatioOf(contrastOf(row, logSoftmax(planted), tokens[i]!));
      });
      expect(rankOf(ratios, 17)).toBe(1);
    }
  });
});

test.each(cases)(
  'the uncertainty of one model follows from its probabilities (token $token)',
  one => {
    const found = uncertaintyOf(rowOf(one.positive), one.token);
    for (const key of ['surprisal', 'entropy', 'varentropy', 'gap'] as const)
      expect(Math.abs(found[key] - one[key]) / Math.max(1, one[key])).toBeLessThan(1e-9);
  },
);

describe('pointing at a token', () => {
  test('counts ties against it, and half of them in the area', () => {
    const scores = [1, 3, 3, 0, 3];
    expect(auc(scores, 1)).toBe(0.75);
    expect(rankOf(scores, 1)).toBe(3);
    expect(aucBefore(scores, 1)).toBe(1);
    expect(aucBefore(scores, 0)).toBeNaN();
  });

  test('by the swapped ratio has the complementary area', () => {
    const random = randomOf(seedOr(3));
    const ratios = Array.from({ length: 60 }, () => Math.round(random() * 10));
    const swapped = ratios.map(ratio => -ratio);
    for (const target of [0, 7, 59]) expect(auc(ratios, target) + auc(swapped, target)).toBe(1);
  });
});
