import { expect, test } from 'vitest';
import { preparingWords } from '../../../src/core/models/preparingWords';

test('how far the preparation of weights has come, of how much', () => {
  expect(preparingWords(0, 538_000_000)).toMatch(/: 0 % of 538 MB$/);
  expect(preparingWords(269_000_000, 538_000_000)).toMatch(/: 50 % of 538 MB$/);
});
