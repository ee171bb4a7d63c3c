// Shares of training data found from merges: of tokenizers that are trained on known mixtures, and pair counts beside a recount.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../../../../src/core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../../../../src/core/tokenizer/tokenizer';
import {
  mixtureWithIntervals,
  sampleOf,
} from '../../../../../src/core/tokenizerReport/measures/mixture/bootstrapMixture';
import { inferMixture } from '../../../../../src/core/tokenizerReport/measures/mixture/inferMixture';
import type { SolveLinearProgram } from '../../../../../src/core/tokenizerReport/measures/mixture/linearProgram';
import { mergeOrderOf } from '../../../../../src/core/tokenizerReport/measures/mixture/mergeOrder';
import {
  PairCounts,
  pairChanges,
} from '../../../../../src/core/tokenizerReport/measures/mixture/pairChanges';
import { toTokenizerJson } from '../../../../../src/core/tokenizerReport/measures/trainBpe/tokenizerJson';
import { trainBpe } from '../../../../../src/core/tokenizerReport/measures/trainBpe/trainBpe';
import { openHighs } from '../../../../../src/engine/tokenizerReport/highs';
import {
  languageOf,
  lettersOf,
  logError,
  randomShares,
  sharesByFrequency,
} from '../../../../support/mixtures';
import { golden } from '../../../../support/paths';
import { seedOr } from '../../../../support/seed';
import { tokenizerOf } from '../../../../support/shared';
import { randomOf, type Random } from '../../../../support/toys';

const tokenizerOfTexts = (texts: readonly string[], vocabSize: number): Tokenizer =>
  loadTokenizer({ 'tokenizer.json': toTokenizerJson(trainBpe(texts, { vocabSize })) });

const languagesOf = (random: Random, count: number) =>
  Array.from({ length: count }, () => languageOf(random, lettersOf(random, ALPHABET, 16)));
const ALPHABET = [...'abcdefghijklmnopqrstuvwxyzéèüñß'];

let solve: SolveLinearProgram;
beforeAll(async () => {
  solve = await openHighs();
});

test('counts before each merge are those of the samples, merged that far', () => {
  const random = randomOf(seedOr(1));
  const texts = languagesOf(random, 2).map(language => language(3000));
  const tokenizer = tokenizerOfTexts(texts.flat(), 330);
  const order = mergeOrderOf(tokenizer, 60);
  const changes = pairChanges(
    texts.map(each => sampleOf(each, order)),
    order,
  );
  const counts = new PairCounts(changes, [0.25, 0.75]);
  const words = texts.map(each =>
    [...sampleOf(each, order)].map(([word, count]) => ({
      count,
      ids: Array.from(Buffer.from(word), byte => order.idsOfBytes[byte]!),
    })),
  );
  const sizes = texts.map(each => Buffer.byteLength(each.join('')));
  expect(changes.bytes).toEqual(sizes);
  order.merges.forEach(({ left, right, merged }, merge) => {
    counts.step(merge);
    const expected = words.map(own => {
      const all = new Map<string, number>();
      for (const { ids, count } of own) {
        for (let i = 1; i < ids.length; i++) {
          const key = `${ids[i - 1]} ${ids[i]}`;
          all.set(key, (all.get(key) ?? 0) + count);
        }
      }
      return all;
    });
    const chosen = expected.map(all => all.get(`${left} ${right}`) ?? 0);
    chosen.forEach((count, category) =>
      expect(counts.perMillion(changes.chosen[merge]!, category)).toBeCloseTo(
        (1e6 * count) / sizes[category]!,
        6,
      ),
    );
    const total = (all: Iterable<number>) => [...all].reduce((sum, count) => sum + count, 0);
    const mixed = [0.25, 0.75].map(
      (share, i) => (share * 1e6 * total(expected[i]!.values())) / sizes[i]!,
    );
    expect(total(counts.mixed)).toBeCloseTo(mixed[0]! + mixed[1]!, 3);
    for (const own of words) {
      for (const word of own) {
        const ids: number[] = [];
        for (let i = 0; i < word.ids.length; i++) {
          const isPair = word.ids[i] === left && word.ids[i + 1] === right;
          ids.push(isPair ? merged : word.ids[i]!);
          if (isPair) i++;
        }
        word.ids = ids;
      }
    }
  });
});

test('shares of five languages are found, better than by guessing', () => {
  const random = randomOf(seedOr(2));
  const rows = Array.from({ length: 2 }, () => {
    const languages = languagesOf(random, 5);
    const shares = randomShares(random, 5);
    const tokenizer = tokenizerOfTexts(
      languages.flatMap((language, i) => language(shares[i]! * 250_000)),
      456,
    );
    const order = mergeOrderOf(tokenizer, 200);
    // Other texts than those of the training.
    const samples = languages.map(language => language(60_000));
    const changes = pairChanges(
      samples.map(texts => sampleOf(texts, order)),
      order,
    );
    const { shares: found, slack, unseen, merges } = inferMixture(changes, solve);
    expect(merges).toBe(200);
    expect(unseen).toBeLessThan(10);
    expect(slack).toBeLessThan(0.1);
    expect(found.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    const counts = samples.map(texts => {
      const own = new Array<number>(200).fill(0);
      for (const id of tokenizer.encode(texts.join(' ')).ids) if (id >= 256) own[id - 256]!++;
      return own;
    });
    return {
      inferred: logError(found, shares),
      uniform: logError(
        shares.map(() => 0.2),
        shares,
      ),
      byFrequency: logError(sharesByFrequency(counts), shares),
      slack,
    };
  });
  const mean = (key: keyof (typeof rows)[0]) =>
    rows.reduce((sum, row) => sum + row[key], 0) / rows.length;
  expect(mean('inferred')).toBeLessThan(mean('uniform') - 1.5);
  expect(mean('inferred')).toBeLessThan(mean('byFrequency') - 1);
});

test('intervals are around the shares, and the same for the same numbers', () => {
  const random = randomOf(seedOr(3));
  const languages = languagesOf(random, 2);
  const tokenizer = tokenizerOfTexts([...languages[0]!(60_000), ...languages[1]!(20_000)], 320);
  const order = mergeOrderOf(tokenizer, 64);
  const texts = languages.map(language => language(20_000));
  const shares: number[] = [];
  const run = () =>
    mixtureWithIntervals(texts, order, solve, 10, randomOf(4), share => shares.push(share));
  const found = run();
  expect(run()).toEqual(found);
  found.intervals.forEach(([low, high], category) => {
    expect(low).toBeLessThan(high);
    expect(high - low).toBeLessThan(0.3);
    const share = found.shares[category]!;
    expect(low - 0.05).toBeLessThan(share);
    expect(high + 0.05).toBeGreaterThan(share);
  });
  expect(Math.abs(found.shares[0]! - 0.75)).toBeLessThan(0.1);
  expect(shares.every(share => share >= 0 && share <= 1)).toBe(true);
  expect(shares.every((share, i) => i % (shares.length / 2) === 0 || share >= shares[i - 1]!)).toBe(
    true,
  );
  expect(shares.at(-1)).toBe(1);
});

test('what samples never have says nothing, and is counted', () => {
  const tokenizer = tokenizerOfTexts(['abab abab cdcd'], 264);
  const order = mergeOrderOf(tokenizer, 8);
  const changes = pairChanges(
    [['xyz'], ['zyx']].map(texts => sampleOf(texts, order)),
    order,
  );
  const found = inferMixture(changes, solve);
  expect(found.unseen).toBe(found.merges);
  expect(found.shares).toEqual([0.5, 0.5]);
});

describe('the order of merges', () => {
  test('that of the file, where there is a list', () => {
    const trained = trainBpe(['the cat and the hat and the bat'], { vocabSize: 270 });
    const tokenizer = loadTokenizer({ 'tokenizer.json': toTokenizerJson(trained) });
    const { merges } = mergeOrderOf(tokenizer, 10);
    expect(merges.map(({ left, right }) => [left, right])).toEqual(trained.merges.slice(0, 10));
  });

  test('that of ranks, each with the pair that its token is merged from', () => {
    const tokenizer = tokenizerOf(join(golden, 'ranks/r50k_base'));
    const { merges } = mergeOrderOf(tokenizer, 100);
    expect(merges.map(({ merged }) => merged)).toEqual(
      Array.from({ length: 100 }, (_, i) => 256 + i),
    );
    for (const { left, right, merged } of merges) {
      const bytes = Buffer.concat([tokenizer.bytesOf(left), tokenizer.bytesOf(right)]);
      expect(bytes.equals(tokenizer.bytesOf(merged))).toBe(true);
      expect(Math.max(left, right)).toBeLessThan(merged);
    }
  });

  test('none of other tokenizers, with the reason', () => {
    const tokenizer = tokenizerOf(join(golden, 'ranks/llama2c'));
    expect(() => mergeOrderOf(tokenizer, 10)).toThrow('byte-level BPE');
  });
});
