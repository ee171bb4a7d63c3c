import { expect, test } from 'vitest';
import { maskedIn } from '../../../src/core/sae/masking';
import type { Sae } from '../../../src/core/sae/sae';

test('the first position is masked, and those before the first that was trained on, start tokens first', () => {
  const masked = (firstPosition: number, startTokens: number) =>
    maskedIn({ source: { firstPosition } } as Sae, startTokens);
  expect([masked(0, 0), masked(0, 1), masked(1, 0), masked(1, 1)]).toEqual([1, 0, 1, 0]);
  expect([masked(5, 0), masked(5, 1), masked(2, 3)]).toEqual([5, 4, 0]);
});
