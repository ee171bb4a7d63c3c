import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differencesOf } from '../../../src/core/text/boundaryDifferences';
import { textSizeOf, ratesOf } from '../../../src/core/text/textSize';
import { seedOr } from '../../support/seed';

/** Token ends of a text of `length` bytes with these inner boundaries. */
const endsOf = (inner: number[], length: number) =>
  [...new Set([...inner.filter(at => at > 0 && at < length), length])].sort((a, b) => a - b);

const cuts = fc.array(fc.integer({ min: 1, max: 40 }));

test('between two differences the tokens are the same, and each difference has a boundary of one alone', () => {
  fc.assert(
    fc.property(cuts, cuts, fc.integer({ min: 1, max: 40 }), (a, b, length) => {
      const ends = endsOf(a, length);
      const otherEnds = endsOf(b, length);
      const differences = differencesOf(ends, otherEnds);
      // By bytes: a shared boundary inside a difference would end it.
      const inside = new Set<number>();
      let [next, otherNext] = [0, 0];
      for (const { first, end, otherFirst, otherEnd } of differences) {
        expect(ends.slice(next, first)).toEqual(otherEnds.slice(otherNext, otherFirst));
        expect(ends[end - 1]).toBe(otherEnds[otherEnd - 1]);
        const own = ends.slice(first, end - 1);
        const others = otherEnds.slice(otherFirst, otherEnd - 1);
        expect(own.length + others.length).toBeGreaterThan(0);
        expect(own.filter(at => others.includes(at))).toEqual([]);
        for (const at of [...own, ...others]) inside.add(at);
        [next, otherNext] = [end, otherEnd];
      }
      expect(ends.slice(next)).toEqual(otherEnds.slice(otherNext));
      const onlyOne = [...ends, ...otherEnds].filter(
        at => !(ends.includes(at) && otherEnds.includes(at)),
      );
      expect(inside).toEqual(new Set(onlyOne));
    }),
    { seed: seedOr(1) },
  );
});

test('a text’s size is in bytes, code points and words', () => {
  expect(textSizeOf('')).toEqual({ bytes: 0, characters: 0, words: 0 });
  expect(textSizeOf('naïve  𝄞\n\ttest\ud800 ')).toEqual({ bytes: 22, characters: 16, words: 3 });
  expect(ratesOf(6, { bytes: 12, characters: 12, words: 3 })).toEqual({
    tokensPerWord: 2,
    tokensPerCharacter: 0.5,
    bytesPerToken: 2,
  });
  expect(ratesOf(1, textSizeOf(' ')).tokensPerWord).toBeNaN();
});
