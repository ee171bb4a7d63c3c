// Long pretokens, which are merged in windows, compared with merging them whole one pair at a time.
import { expect, test } from 'vitest';
import { Merger } from '../../../../src/core/tokenizer/bpe/merger';
import { mergeSteps, piecesAfterSteps } from '../../../../src/core/tokenizer/bpe/mergeSteps';
import { MergeTable } from '../../../../src/core/tokenizer/bpe/mergeTable';
import { TokenList } from '../../../../src/core/tokenizer/tokenList';
import { sampleOf, seedOr } from '../../../support/seed';
import { randomOf } from '../../../support/toys';

/**
 * Merges of few symbols in random order, often of what was merged before: where a window begins may change every token
 * up to its end, and a token may be longer than a window.
 */
function randomMerges(random: () => number, symbols: number): Int32Array {
  const ids = Array.from({ length: symbols }, (_, id) => id);
  const late = () => ids[Math.floor(ids.length * (1 - random() * random() - 1e-9))]!;
  const pairs = new Map<string, [number, number, number]>();
  for (let i = 0; i < 14; i++) {
    const last = ids.length - 1;
    const [left, right] = random() < 0.5 ? [last, last] : [late(), late()];
    if (pairs.has(`${left} ${right}`)) continue;
    pairs.set(`${left} ${right}`, [left, right, ids.length]);
    ids.push(ids.length);
  }
  const ranks = Array.from(pairs.keys(), () => random());
  const places = ranks.map(rank => ranks.filter(other => other < rank).length);
  return Int32Array.from(
    [...pairs.values()].flatMap(([left, right, id], i) => [left, right, places[i]!, id]),
  );
}

test('more symbols than a window has become the tokens of the whole', () => {
  const random = randomOf(seedOr(3));
  let longest = 0;
  for (let round = 0; round < sampleOf(80, 5000); round++) {
    const count = 1 + Math.floor(3 * random());
    const merges = new MergeTable(randomMerges(random, count));
    const symbols = Int32Array.from({ length: 257 + Math.floor(500 * random()) }, () =>
      Math.floor(count * random()),
    );
    const list = new TokenList(16);
    new Merger(merges).encode(symbols, symbols.length, list);
    const pieces = piecesAfterSteps(symbols, mergeSteps(merges, symbols)).at(-1)!;
    expect(Array.from(list.ids.subarray(0, list.count))).toEqual(pieces.map(({ id }) => id));
    longest = Math.max(longest, ...pieces.map(({ start, end }) => end - start));
  }
  expect(longest).toBeGreaterThan(48);
});
