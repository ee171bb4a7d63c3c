// mulberry32 (Tommy Ettinger, 2017), beside the same in bigints.
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random';

function* naive(seed: number): Generator<number> {
  const bits = (value: bigint) => BigInt.asUintN(32, value);
  let state = bits(BigInt(seed));
  for (;;) {
    state = bits(state + 0x6d2b79f5n);
    let t = bits((state ^ (state >> 15n)) * (state | 1n));
    t = bits(t ^ (t + bits((t ^ (t >> 7n)) * (t | 61n))));
    yield Number(t ^ (t >> 14n)) / 2 ** 32;
  }
}

test.each([0, 1, 2 ** 31, 2 ** 32 - 1, -7])('the numbers of seed %d', seed => {
  const random = seededRandom(seed);
  const expected = naive(seed);
  for (let i = 0; i < 1000; i++) expect(random()).toBe(expected.next().value);
});
