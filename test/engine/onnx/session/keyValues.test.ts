// Keys and values of prefixes, each number of which names its token and its row.
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../src/core/random';
import { FLOAT, FLOAT16 } from '../../../../src/engine/onnx/graph/graph';
import type { PastTensor } from '../../../../src/engine/onnx/graph/graphRoles';
import {
  emptyKeyValues,
  PrefixCache,
  type KeyValues,
} from '../../../../src/engine/onnx/session/keyValues';
import { seedOr } from '../../../support/seed';

const past = [
  { name: 'key', elementType: FLOAT, dims: [1, 2, 0, 3], tokenAxis: 2 },
  { name: 'value', elementType: FLOAT16, dims: [1, 0, 2], tokenAxis: 1 },
] as unknown as PastTensor[];
/** Of a token, in both tensors. */
const BYTES = 2 * 3 * 4 + 2 * 2;

/** Of the tokens: row r, token t and place i hold 100 r + 10 id + i. */
function of(ids: readonly number[]): KeyValues {
  const key = [0, 1].flatMap(row => ids.flatMap(id => [0, 1, 2].map(i => 100 * row + 10 * id + i)));
  const value = ids.flatMap(id => [10 * id, 10 * id + 1]);
  return {
    tokens: ids.length,
    tensors: [
      new Tensor('float32', Float32Array.from(key), [1, 2, ids.length, 3]),
      new Tensor('float16', Uint16Array.from(value), [1, ids.length, 2]),
    ],
  };
}

const plain = ({ tokens, tensors }: KeyValues) => ({
  tokens,
  tensors: tensors.map(({ type, dims, data }) => [type, dims, Array.from(data as Float32Array)]),
});

test('none are empty tensors of their types', () => {
  expect(plain(emptyKeyValues(past))).toEqual(plain(of([])));
});

test('the first of them are those of the first tokens', () => {
  const cache = new PrefixCache(past, 1e6);
  for (let tokens = 0; tokens <= 4; tokens++)
    expect(plain(cache.cut(of([4, 7, 1, 9]), tokens))).toEqual(
      plain(of([4, 7, 1, 9].slice(0, tokens))),
    );
});

describe('a cache of prefixes', () => {
  test('finds the longest that is known, in whole steps', () => {
    const random = seededRandom(seedOr(101));
    const some = () =>
      Array.from({ length: Math.floor(9 * random()) }, () => Math.floor(2 * random()));
    for (let round = 0; round < 300; round++) {
      const cache = new PrefixCache(past, 1e6);
      const known = Array.from({ length: 4 }, some);
      for (const ids of known) cache.add(Uint32Array.from(ids), of(ids));
      const ids = some();
      const limit = Math.floor(9 * random());
      const step = 1 + Math.floor(3 * random());
      const common = known.map(other => {
        let same = 0;
        while (same < Math.min(other.length, ids.length, limit) && other[same] === ids[same])
          same++;
        return same - (same % step);
      });
      const longest = Math.max(...common);
      const found = cache.find(Uint32Array.from(ids), limit, step);
      expect(plain(found)).toEqual(plain(of(ids.slice(0, longest))));
    }
  });

  const holds = (cache: PrefixCache, ...ids: number[]) =>
    cache.find(Uint32Array.from(ids), ids.length, 1).tokens === ids.length;
  const add = (cache: PrefixCache, ...ids: number[]) => cache.add(Uint32Array.from(ids), of(ids));

  test('drops the least recently used beyond its size', () => {
    const cache = new PrefixCache(past, 4 * BYTES);
    add(cache, 1, 1);
    add(cache, 2, 2);
    expect(holds(cache, 1, 1)).toBe(true);
    add(cache, 3);
    expect([holds(cache, 2, 2), holds(cache, 1, 1), holds(cache, 3)]).toEqual([false, true, true]);
    // Exactly as much as it may hold.
    add(cache, 4);
    expect([holds(cache, 1, 1), holds(cache, 3), holds(cache, 4)]).toEqual([true, true, true]);
    // The newest is held, however large it is.
    add(cache, 5, 5, 5, 5, 5);
    expect([holds(cache, 5), holds(cache, 4)]).toEqual([true, false]);
  });

  test('keeps a text once: with its beginnings, and whole', () => {
    const cache = new PrefixCache(past, 4 * BYTES);
    add(cache, 1);
    add(cache, 2);
    add(cache, 1, 2, 3);
    // The beginning went, so there is room for both.
    expect([holds(cache, 2), holds(cache, 1, 2, 3)]).toEqual([true, true]);
    // What is known already is used, not added.
    expect(holds(cache, 2)).toBe(true);
    add(cache, 1, 2);
    add(cache, 9);
    expect([holds(cache, 1, 2, 3), holds(cache, 2), holds(cache, 9)]).toEqual([true, false, true]);
    add(cache);
    expect(holds(cache, 9)).toBe(true);
  });

  test('is not changed by who gave the tokens', () => {
    const cache = new PrefixCache(past, 1e6);
    const ids = Uint32Array.of(1, 2);
    cache.add(ids, of([1, 2]));
    ids[0] = 7;
    expect([holds(cache, 1, 2), holds(cache, 7, 2)]).toEqual([true, false]);
  });
});
