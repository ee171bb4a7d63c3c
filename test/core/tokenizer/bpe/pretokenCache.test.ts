// More pretokens than the cache holds: what it answers is what was added for the same text.
import { expect, test } from 'vitest';
import { LONGEST_KEY, PretokenCache } from '../../../../src/core/tokenizer/bpe/pretokenCache';
import { TokenList } from '../../../../src/core/tokenizer/tokenList';

test.each([
  ['long', LONGEST_KEY, 25_000],
  ['of one length less', LONGEST_KEY - 1, 25_000],
  ['short', 5, 70_000],
])('pretokens that are %s are found again with their own tokens', (_, length, count) => {
  const cache = new PretokenCache();
  const list = new TokenList(16);
  let known = 0;
  let wrong = 0;
  for (let i = 0; i < 2 * count; i++) {
    const number = i % count;
    const text = `(${String(number).padStart(length, 'x')})`;
    const ids = Uint32Array.of(7, number, number + 1);
    // At once again: what was just added is there, whatever had to make room for it.
    for (let again = 0; again < 2; again++) {
      list.count = 0;
      if (cache.appendKnown(text, 1, 1 + length, list)) {
        known++;
        if (list.count !== 2 || list.ids[0] !== number || list.ids[1] !== number + 1) wrong++;
      } else {
        if (again === 1) wrong++;
        cache.add(text, 1, 1 + length, ids, 1, 3);
      }
    }
  }
  expect(wrong).toBe(0);
  expect(known).toBeGreaterThan(count);
});
