// The shares of training data found from merges, of tokenizers trained on known mixtures.
//
// `TOKENSCOPE_CATEGORIES` is a folder with a folder of text files for each category: half of its files are trained on, the
// others are the sample. Without it the categories are 20 made-up languages. `TOKENSCOPE_MERGES` is the number of merges.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadTokenizer } from '../../src/core/tokenizer/files/loadTokenizer';
import { sampleOf } from '../../src/core/tokenizerReport/measures/mixture/bootstrapMixture';
import { inferMixture } from '../../src/core/tokenizerReport/measures/mixture/inferMixture';
import { mergeOrderOf } from '../../src/core/tokenizerReport/measures/mixture/mergeOrder';
import { pairChanges } from '../../src/core/tokenizerReport/measures/mixture/pairChanges';
import { toTokenizerJson } from '../../src/core/tokenizerReport/measures/trainBpe/tokenizerJson';
import { trainBpe } from '../../src/core/tokenizerReport/measures/trainBpe/trainBpe';
import { openHighs } from '../../src/engine/tokenizerReport/highs';
import {
  languageOf,
  lettersOf,
  logError,
  randomShares,
  sharesByFrequency,
  sizeOf,
} from '../support/mixtures';
import { seedOr } from '../support/seed';
import { randomOf, type Random } from '../support/toys';

const MERGES = Number(process.env.TOKENSCOPE_MERGES ?? 300);
const RUNS = 3;
const TRAINED_BYTES = 1_000_000;
const folder = process.env.TOKENSCOPE_CATEGORIES;

interface Category {
  /** Texts of so many bytes or a little more, if there are as many. */
  train(bytes: number): string[];
  readonly sample: readonly string[];
}

test('shares of categories', async () => {
  const solve = await openHighs();
  const random = randomOf(seedOr(1));
  const rows = [];
  for (let run = 0; run < RUNS; run++) {
    const categories = folder ? categoriesIn(folder) : madeUp(random, 20);
    const wanted = randomShares(random, categories.length);
    const trained = categories.map(({ train }, i) => train(wanted[i]! * TRAINED_BYTES));
    const sizes = trained.map(texts => texts.reduce((sum, text) => sum + sizeOf(text), 0));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const shares = sizes.map(size => size / total);
    const json = toTokenizerJson(trainBpe(trained.flat(), { vocabSize: 256 + MERGES }));
    const tokenizer = loadTokenizer({ 'tokenizer.json': json });
    const order = mergeOrderOf(tokenizer, MERGES);
    const samples = categories.map(({ sample }) => sampleOf(sample, order));
    const start = performance.now();
    const found = inferMixture(pairChanges(samples, order), solve);
    const seconds = (performance.now() - start) / 1000;
    const frequencies = categories.map(({ sample }) => {
      const own = new Array<number>(MERGES).fill(0);
      const { ids } = tokenizer.encode(sample.join('\n'));
      for (const id of ids) if (id >= 256) own[id - 256]! += 1 / ids.length;
      return own;
    });
    const { slack, gap, unseen, rounds } = found;
    rows.push({
      inferred: logError(found.shares, shares),
      uniform: logError(
        shares.map(() => 1 / shares.length),
        shares,
      ),
      byFrequency: logError(sharesByFrequency(frequencies), shares),
      slack,
      gap,
      unseen,
      rounds,
      seconds,
    });
  }
  console.table(rows);
  for (const { inferred, uniform, byFrequency } of rows) {
    expect(inferred).toBeLessThan(uniform);
    expect(inferred).toBeLessThan(byFrequency);
  }
});

function madeUp(random: Random, count: number): Category[] {
  return Array.from({ length: count }, () => {
    const train = languageOf(random, lettersOf(random, [...'abcdefghijklmnopqrstuvwxyz'], 14));
    return { train, sample: train(60_000) };
  });
}

function categoriesIn(parent: string): Category[] {
  return readdirSync(parent)
    .sort()
    .map(name => {
      const texts = readdirSync(join(parent, name), { recursive: true, encoding: 'utf8' })
        .map(file => join(parent, name, file))
        .filter(path => statSync(path).isFile())
        .sort()
        .map(path => readFileSync(path, 'utf8'));
      const trained = texts.filter((_, i) => i % 2 === 0);
      const train = (bytes: number) => {
        const end = trained.findIndex(text => (bytes -= sizeOf(text)) <= 0);
        return end < 0 ? trained : trained.slice(0, end + 1);
      };
      return { train, sample: texts.filter((_, i) => i % 2 === 1) };
    });
}
