// How long a request waits, by the rhythm of the keys and the time that completions take.
import { expect, test } from 'vitest';
import { RequestDelay } from '../../../src/core/completion/requestDelay';

/** After keys with these gaps between them, and completions that took a time each. */
function delayAfter(gaps: readonly number[], took: readonly number[] = [100], limit = 1000) {
  const delay = new RequestDelay();
  let time = 5000;
  delay.keyAt(time);
  for (const gap of gaps) delay.keyAt((time += gap));
  for (const ms of took) delay.took(ms);
  return delay.ms(limit);
}

test('before the rhythm and the time are known it is the usual one', () => {
  expect(delayAfter([])).toBe(75);
  expect(delayAfter([200, 200], [])).toBe(75);
  expect(delayAfter([200, 200], [], 40)).toBe(40);
});

test('a completion that is faster than the next key is not waited for, a slower one is a pause long', () => {
  expect(delayAfter([200, 200, 200])).toBe(15);
  expect(delayAfter([100, 100, 100])).toBeCloseTo(130, 9);
  expect(delayAfter([100, 100, 100], [100], 90)).toBe(90);
  // The last completions count most.
  expect(delayAfter([200, 200], [1000, 10, 10, 10, 10, 10, 10])).toBe(15);
});

test('two edits at once and pauses of the writer are no rhythm', () => {
  const steady = delayAfter([100, 100, 100]);
  expect(delayAfter([100, 0, 0, 100, 0, 0, 100, 0, 0])).toBe(steady);
  expect(delayAfter([100, 1501, 100, 9000, 100, 1e6, 1e6])).toBe(steady);
  // A clock that was set back.
  expect(delayAfter([100, -500, 100, -400, 100])).toBe(steady);
  expect(delayAfter([1500, 1500, 1500])).toBe(15);
});

test('the rhythm is that of the last keys', () => {
  expect(delayAfter([...new Array<number>(40).fill(900), ...new Array<number>(12).fill(100)])).toBe(
    delayAfter([100]),
  );
});
