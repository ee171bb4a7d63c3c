// The user's own pattern for answers, also one that would never end.
import { expect, test } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import { answersByPattern } from '../../../src/engine/traces/answerPattern';

const { signal } = new AbortController();
const ENDLESS = '(a+)+$';
const LONG = `${'a'.repeat(60)}b`;

test('an answer is the first group of the last match, or all of it', async () => {
  const texts = ['x = 1, x = 23', 'y', 'x =  '];
  expect(await answersByPattern('x = ?(\\d*)', texts, signal)).toEqual([
    '23',
    undefined,
    undefined,
  ]);
  expect(await answersByPattern('^\\d+$', ['1\n22\nz'], signal)).toEqual(['22']);
  expect(await answersByPattern('x', [], signal)).toEqual([]);
});

test('a pattern that backtracks without end is ended, and says so', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 20);
  try {
    await expect(answersByPattern(ENDLESS, [LONG], signal)).rejects.toThrow(
      /took more than 2 seconds.*tokenscope\.traces\.answerPattern/,
    );
  } finally {
    clearInterval(timer);
  }
  // Nothing else waited for it.
  expect(turns).toBeGreaterThan(10);
});

test('a cancel ends it', async () => {
  const controller = new AbortController();
  const asked = answersByPattern(ENDLESS, [LONG], controller.signal);
  controller.abort();
  await expect(asked).rejects.toThrow(Cancelled);
  await expect(answersByPattern('x', ['x'], controller.signal)).rejects.toThrow(Cancelled);
});

test('a pattern that is not valid says why', async () => {
  const asked = answersByPattern('(', ['x'], signal);
  await expect(asked).rejects.toThrow(UserError);
  await expect(asked).rejects.toThrow(/not valid.*Unterminated group.*answerPattern/);
});
