// What a range holds, and how it is said: the limits are in it unless one is open.
import { expect, test } from 'vitest';
import { isWithin, rangeWords, type NumberRange } from '../../src/core/numberRange';

test.each<[NumberRange, number[], number[], string]>([
  [{ min: 0, max: 2 }, [0, 1, 2], [-1, 3, NaN], 'from 0 to 2'],
  [{ min: 0, max: 1, isOpen: 'min' }, [0.1, 1], [0, 1.1], 'above 0 and up to 1'],
  [{ min: 0, max: 1, isOpen: 'max' }, [0, 0.9], [1, -0.1], 'from 0 to below 1'],
  [{ min: 1, max: Number.MAX_SAFE_INTEGER }, [1, 1e9], [0], 'of at least 1'],
])('%j', (range, inside, outside, words) => {
  for (const value of inside) expect(isWithin(value, range), String(value)).toBe(true);
  for (const value of outside) expect(isWithin(value, range), String(value)).toBe(false);
  expect(rangeWords(range)).toBe(words);
});
