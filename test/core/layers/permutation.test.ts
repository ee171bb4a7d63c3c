import { describe, expect, test } from 'vitest';
import {
  gapByPosition,
  identityPermutation,
  permutedWithinClasses,
  tokenClassNames,
  tokenClassOf,
} from '../../../src/core/layers/permutation';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';

describe('a permutation within classes', () => {
  const classOf = (id: number) => (id % 5 === 0 ? undefined : id % 5);

  test('takes each id once, within its class, and leaves what has none', () => {
    const seed = seedOr(71);
    const permutation = permutedWithinClasses(503, classOf, seed);
    expect([...permutation].sort((a, b) => a - b)).toEqual([...identityPermutation(503)]);
    permutation.forEach((to, id) => {
      expect(classOf(to)).toBe(classOf(id));
      if (classOf(id) === undefined) expect(to).toBe(id);
    });
    // About one of a class keeps its place.
    expect(permutation.filter((to, id) => to === id).length).toBeLessThan(101 + 20);
  });

  test('is determined by its seed', () => {
    const of = (seed: number) => permutedWithinClasses(200, classOf, seed);
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
    expect(of(0)).not.toEqual(identityPermutation(200));
  });

  test('is each one of a small class as often', () => {
    const counts = new Map<string, number>();
    const rounds = 6000;
    const first = seedOr(72) * rounds;
    for (let seed = first; seed < first + rounds; seed++) {
      const [, ...rest] = permutedWithinClasses(4, id => (id === 0 ? undefined : 1), seed);
      counts.set(rest.join(), (counts.get(rest.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Five standard deviations of a binomial variable.
    for (const count of counts.values())
      expect(Math.abs(count - rounds / 6)).toBeLessThan(5 * Math.sqrt((rounds * 5) / 36));
  });

  test('does not depend on which class comes first', () => {
    const even = permutedWithinClasses(40, id => id % 2, 5);
    const odd = permutedWithinClasses(41, id => (id + 1) % 2, 5).slice(1);
    expect(odd.map(to => to - 1).filter((_, id) => id % 2 === 0)).toEqual(
      even.filter((_, id) => id % 2 === 0),
    );
  });
});

test.each([
  ['word', 'lower case'],
  ['Word', 'capitalised'],
  ['W', 'upper case'],
  ['WORD', 'upper case'],
  ['123', 'digits'],
  [' é', 'lower case after a space'],
  [' Éa', 'capitalised after a space'],
  [' ID', 'upper case after a space'],
  [' 7', 'digits after a space'],
  ['  a', undefined],
  [' ', undefined],
  ['', undefined],
  ['\n', undefined],
  ['a b', undefined],
  ['camelCase', undefined],
  ['a1', undefined],
  ['a\n', undefined],
  ['().', undefined],
  ['字', undefined],
  ['\ufeffa', undefined],
])('the class of %j is %s', (token, name) => {
  const found = tokenClassOf(encodeUtf8(token));
  expect(found === undefined ? undefined : tokenClassNames[found]).toBe(name);
});

test('bytes that are no whole characters have no class', () => {
  expect(tokenClassOf(Uint8Array.of(0xc3))).toBeUndefined();
  expect(tokenClassOf(Uint8Array.of(0x61, 0x80))).toBeUndefined();
});

describe('the gap by position', () => {
  test('is the mean of what was lost, by powers of two', () => {
    expect(gapByPosition([1, 1, 2, NaN, 1], [4, 2, 5, 1, 1])).toEqual([
      { from: 1, to: 2, count: 1, mean: 3 },
      { from: 2, to: 4, count: 2, mean: 2 },
      { from: 4, to: 8, count: 1, mean: 0 },
    ]);
    expect(gapByPosition([1, 1, 1], [2, 3, 5], [0, 3, 0])).toEqual([
      { from: 1, to: 2, count: 2, mean: 2.5 },
      { from: 4, to: 8, count: 1, mean: 2 },
    ]);
  });

  test('of the identity is 0', () => {
    const nats = [1, 0.3, 7, 2];
    const ids = [2, 0, 1, 1];
    const permutation = identityPermutation(3);
    expect(ids.map(id => permutation[id])).toEqual(ids);
    for (const { mean } of gapByPosition(nats, nats)) expect(mean).toBe(0);
  });
});
