// Nothing is claimed beyond the content of truncated lists: the true entropy is always in the interval.
import { expect, test } from 'vitest';
import { logSoftmax } from '../../../src/core/exactBytes/logSum';
import {
  isSameBytes,
  listedIndex,
  savedUncertainty,
} from '../../../src/core/traces/savedUncertainty';
import { uncertaintyOf } from '../../../src/core/traces/uncertainty';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const bytesOf = (id: number) => Uint8Array.of(id);

test('the entropy is in its interval, and exact if everything is listed', () => {
  const random = randomOf(seedOr(8));
  let narrow = 0;
  for (let i = 0; i < 300; i++) {
    const size = 2 + Math.floor(random() * 30);
    const row = logSoftmax(Float32Array.from({ length: size }, () => 12 * random()));
    const token = Math.floor(random() * size);
    const order = [...row.keys()].sort((a, b) => row[b]! - row[a]!);
    const count = Math.floor(random() * (size + 1));
    const top = order.slice(0, count).map(id => ({ bytes: bytesOf(id), logprob: row[id]! }));
    const saved = { start: 0, end: 1, bytes: bytesOf(token), logprob: row[token]!, top };
    const found = savedUncertainty(saved, { vocabSize: size });
    const exact = uncertaintyOf(row, token);
    expect(found.surprisal).toBeCloseTo(exact.surprisal, 12);
    expect(found.entropy[0]).toBeLessThanOrEqual(exact.entropy + 1e-9);
    expect(found.entropy[1]).toBeGreaterThanOrEqual(exact.entropy - 1e-9);
    if (count > 0) expect(found.gap).toBeCloseTo(exact.gap, 9);
    else expect(found.gap).toBeNaN();
    if (count === size) {
      expect(found.entropy[1] - found.entropy[0]).toBeLessThan(1e-6);
      expect(found.varentropy).toBeCloseTo(exact.varentropy, 6);
      narrow++;
    }
    expect(savedUncertainty(saved, {}).entropy[1]).toBeGreaterThanOrEqual(found.entropy[1] - 1e-9);
  }
  expect(narrow).toBeGreaterThan(3);
});

test('what a file leaves out is not invented', () => {
  const none = savedUncertainty(
    { start: 0, end: 1, bytes: bytesOf(0), logprob: NaN, top: [] },
    { vocabSize: 10 },
  );
  expect(none.surprisal).toBeNaN();
  expect(none.varentropy).toBeNaN();
  expect(none.entropy).toEqual([0, Math.log(10)]);
});

test('a token whose own number is rounded differently from the list is counted once', () => {
  const logprobs = [0.5, 0.3, 0.2].map(Math.log);
  const top = logprobs.map((logprob, id) => ({ bytes: bytesOf(id), logprob }));
  const token = { start: 0, end: 1, bytes: bytesOf(1), logprob: logprobs[1]! + 1e-4, top };
  const [least, most] = savedUncertainty(token, { vocabSize: 3 }).entropy;
  const exact = -[0.5, 0.3, 0.2].reduce((sum, p) => sum + p * Math.log(p), 0);
  expect(least).toBeCloseTo(exact, 9);
  expect(most).toBeCloseTo(exact, 9);
});

test('a varentropy is given for complete lists only', () => {
  const half = [{ bytes: bytesOf(0), logprob: Math.log(0.995) }];
  const token = { start: 0, end: 1, bytes: bytesOf(0), logprob: Math.log(0.995), top: half };
  expect(savedUncertainty(token, { vocabSize: 9 }).varentropy).toBeNaN();
});

test('alternatives that collapse under one text never make a gap negative', () => {
  // Without bytes, all parts of characters are the replacement character.
  const top = [
    { bytes: bytesOf(7), logprob: -0.5 },
    { bytes: bytesOf(1), logprob: -3 },
  ];
  const token = { start: 0, end: 1, bytes: bytesOf(7), logprob: -1.2, top };
  expect(listedIndex(token, top)).toBe(-1);
  expect(savedUncertainty(token, {}).gap).toBeCloseTo(0.7, 12);
  const likelier = { ...token, logprob: -0.1 };
  const { gap, entropy } = savedUncertainty(likelier, { vocabSize: 9 });
  expect(gap).toBe(0);
  // The token counts beside the one that shares its text.
  expect(entropy[0]).toBeGreaterThan(0.1 * Math.exp(-0.1) + 0.5 * Math.exp(-0.5));
  const random = randomOf(seedOr(9));
  for (let i = 0; i < 300; i++) {
    const some = () => ({ bytes: bytesOf(Math.floor(3 * random())), logprob: -3 * random() });
    const listed = Array.from({ length: 4 }, some);
    const found = savedUncertainty({ start: 0, end: 1, ...some(), top: listed }, {});
    expect(found.gap).toBeGreaterThanOrEqual(0);
  }
});

test('a list of any length is read', () => {
  const top = Array.from({ length: 300_000 }, () => ({ bytes: bytesOf(0), logprob: -14 }));
  const token = { start: 0, end: 1, bytes: bytesOf(1), logprob: -15, top };
  expect(savedUncertainty(token, {}).gap).toBeCloseTo(1, 12);
});

test('bytes are the same if there are as many and each is', () => {
  const same = (one: number[], other: number[]) =>
    isSameBytes(Uint8Array.from(one), Uint8Array.from(other));
  expect([same([], []), same([1], [1]), same([1, 2], [1, 2])]).toEqual([true, true, true]);
  for (const other of [[], [1], [1, 3], [3, 2], [2, 1], [1, 2, 3]])
    expect([other, same([1, 2], other), same(other, [1, 2])]).toEqual([other, false, false]);
});
