// Fractions by their laws, and beside numbers where those are exact.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  divided,
  floorOf,
  fraction,
  fractionOfDecimal,
  fractionText,
  isInteger,
  MOST_BITS,
  negated,
  numberOf,
  ONE,
  plus,
  times,
  Unreadable,
  ZERO,
  type Fraction,
} from '../../../../src/core/traces/answers/fraction';
import { UNITS, unitsDiffer } from '../../../../src/core/traces/answers/units';
import { seedOr } from '../../../support/seed';

const part = fc.bigInt({ min: -60n, max: 60n });
const bottom = part.filter(value => value !== 0n);
const fractions = fc.tuple(part, bottom).map(([top, bottom]) => fraction(top, bottom));

/** Whether a is top / bottom, in lowest terms with a positive denominator. */
function expectIs(a: Fraction, top: bigint, bottom: bigint): void {
  expect(a.top * bottom).toBe(top * a.bottom);
  expect(a.bottom > 0n).toBe(true);
  const size = a.top < 0n ? -a.top : a.top;
  for (let divisor = 2n; divisor <= a.bottom; divisor++)
    expect(a.bottom % divisor === 0n && size % divisor === 0n).toBe(false);
}

describe('a fraction', () => {
  test('is in lowest terms, whatever is computed', () => {
    const seed = seedOr(121);
    fc.assert(
      fc.property(part, bottom, part, bottom, (a, b, c, d) => {
        const [one, other] = [fraction(a, b), fraction(c, d)];
        expectIs(one, a, b);
        expectIs(plus(one, other), a * d + c * b, b * d);
        expectIs(times(one, other), a * c, b * d);
        expectIs(negated(one), -a, b);
        if (c !== 0n) expectIs(divided(one, other), a * d, b * c);
      }),
      { seed },
    );
  });

  test('is read and written as people do', () => {
    const seed = seedOr(122);
    fc.assert(
      fc.property(fractions, value => {
        const { top, bottom } = value;
        expect(isInteger(value)).toBe(bottom === 1n);
        expect(fractionText(value)).toBe(bottom === 1n ? `${top}` : `${top}/${bottom}`);
        expect(numberOf(value)).toBeCloseTo(Number(top) / Number(bottom), 12);
        expect(Number(floorOf(value))).toBe(Math.floor(Number(top) / Number(bottom)) + 0);
      }),
      { seed },
    );
    expect([ZERO, ONE].map(fractionText)).toEqual(['0', '1']);
  });

  test.each([
    ['12.50', 25n, 2n],
    ['.5', 1n, 2n],
    ['3.', 3n, 1n],
    ['1e3', 1000n, 1n],
    ['1.5E-2', 3n, 200n],
    ['2.5e1', 25n, 1n],
    ['0', 0n, 1n],
    ['.', 0n, 1n],
  ])('of %s', (text, top, bottom) => expect(fractionOfDecimal(text)).toEqual({ top, bottom }));

  test('has a size and a value, or cannot be read', () => {
    const largest = 1n << BigInt(MOST_BITS);
    for (const [top, bottom] of [
      [largest, 1n],
      [-largest, 1n],
      [1n, largest],
      [1n, -largest],
    ] as const) {
      expect(() => fraction(top, bottom)).not.toThrow();
      const more = top === 1n ? ([1n, bottom * 2n] as const) : ([top * 2n, bottom] as const);
      expect(() => fraction(...more)).toThrow(Unreadable);
    }
    expect(() => fraction(1n, 0n)).toThrow(Unreadable);
    expect(() => divided(ONE, ZERO)).toThrow(Unreadable);
  });

  test('is a number also where its parts are larger than any', () => {
    const large = 10n ** 400n;
    expect(numberOf({ top: 3n * large, bottom: 2n * large })).toBe(1.5);
    expect(numberOf({ top: -large, bottom: 3n * large })).toBeCloseTo(-1 / 3, 15);
  });
});

describe('units', () => {
  test('differ where both are known and not the same', () => {
    expect(unitsDiffer('m', 'km')).toBe(true);
    expect(unitsDiffer('Meters', 'm')).toBe(false);
    expect(unitsDiffer('in.', 'inches')).toBe(false);
    expect(unitsDiffer('apples', 'km')).toBe(false);
    expect(unitsDiffer('km', 'apples')).toBe(false);
    expect(unitsDiffer('usd', 'cents')).toBe(true);
  });

  test('have one name each, and no name twice', () => {
    const names = new Set(UNITS.values());
    for (const name of names) expect(UNITS.get(name)).toBe(name);
    expect(names.size).toBe(24);
  });
});
