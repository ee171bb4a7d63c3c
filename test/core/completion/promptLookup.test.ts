// Prompt lookup, beside a search that compares every earlier place.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathsAlong } from '../../../src/core/completion/drafter';
import { PromptLookup } from '../../../src/core/completion/promptLookup';
import { seedOr } from '../../support/seed';

/** What followed the latest of the earlier places whose last tokens are most alike, two to four of them. */
function naive(tokens: number[], most: number): number[] {
  for (let same = 4; same >= 2; same--)
    for (let at = tokens.length - 1; at >= same; at--)
      if (
        tokens.slice(at - same, at).join() === tokens.slice(-same).join() &&
        tokens.length >= same
      )
        return tokens.slice(at, at + most);
  return [];
}

const tokens = (least: number) => fc.array(fc.nat(2), { minLength: least, maxLength: 24 });

test('a draft is what followed the most alike of the earlier places', () => {
  const seed = seedOr(61);
  fc.assert(
    fc.property(tokens(0), tokens(0), tokens(0), (context, written, other) => {
      const lookup = new PromptLookup(context);
      expect(lookup.draftsAfter(written)).toEqual(pathsAlong(naive([...context, ...written], 4)));
      // Nothing of what was asked before is left.
      expect(lookup.draftsAfter(other)).toEqual(pathsAlong(naive([...context, ...other], 4)));
    }),
    { seed },
  );
});

test('its length doubles where all of it was right, and follows what was right where not', () => {
  const context = Array.from({ length: 200 }, (_, i) => i % 20);
  const lookup = new PromptLookup(context);
  const lengths = (accepted: (length: number) => number, times: number) =>
    Array.from({ length: times }, () => {
      const { length } = lookup.draftsAfter([]);
      lookup.accepted(accepted(length));
      return length;
    });
  expect(lengths(length => length, 4)).toEqual([4, 8, 16, 16]);
  expect(lengths(() => 5, 2)).toEqual([16, 6]);
  expect(lengths(() => 0, 2)).toEqual([6, 2]);
  expect(lengths(() => 1, 1)).toEqual([2]);
});

test('what was not drafted is not counted', () => {
  const lookup = new PromptLookup([1, 2, 3, 1, 2]);
  expect(lookup.draftsAfter([9])).toEqual([]);
  lookup.accepted(0);
  expect(lookup.draftsAfter([])).toEqual([[3], [3, 1], [3, 1, 2]]);
  lookup.accepted(3);
  lookup.accepted(0);
  expect(new PromptLookup([]).draftsAfter([])).toEqual([]);
});
