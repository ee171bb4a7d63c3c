// Exact fractions.

/** In lowest terms; `bottom` is positive. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** What is read is larger than is worth computing, or has no value. */
export class Unreadable extends Error {}

/** Of a number that is computed with. */
export const MOST_BITS = 4000;
const LARGEST = 1n << BigInt(MOST_BITS);

/** Throws `Unreadable` where the denominator is 0 or a part is very large. */
export function fraction(top: bigint, bottom = 1n): Fraction {
  if (bottom === 0n) throw new Unreadable('a division by zero');
  if (top > LARGEST || -top > LARGEST || bottom > LARGEST || -bottom > LARGEST)
    throw new Unreadable('too many digits');
  if (bottom === 1n) return { top, bottom };
  const common = greatestDivisor(top, bottom) * (bottom < 0n ? -1n : 1n);
  return { top: top / common, bottom: bottom / common };
}

export const ZERO = fraction(0n);
export const ONE = fraction(1n);

export function plus(a: Fraction, b: Fraction): Fraction {
  return fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
}

export function times(a: Fraction, b: Fraction): Fraction {
  return fraction(a.top * b.top, a.bottom * b.bottom);
}

/** Throws `Unreadable` for a division by 0. */
export function divided(a: Fraction, b: Fraction): Fraction {
  return fraction(a.top * b.bottom, a.bottom * b.top);
}

export function negated({ top, bottom }: Fraction): Fraction {
  return { top: -top, bottom };
}

export function isInteger({ bottom }: Fraction): boolean {
  return bottom === 1n;
}

export function floorOf({ top, bottom }: Fraction): bigint {
  const quotient = top / bottom;
  return top < 0n && quotient * bottom !== top ? quotient - 1n : quotient;
}

export function fractionText({ top, bottom }: Fraction): string {
  return bottom === 1n ? String(top) : `${top}/${bottom}`;
}

/** The nearest number, also where both parts are beyond the largest one. */
export function numberOf({ top, bottom }: Fraction): number {
  const digits = 20n;
  const whole = top / bottom;
  const rest = ((top - whole * bottom) * 10n ** digits) / bottom;
  return Number(whole) + Number(rest) / 10 ** Number(digits);
}

/** '12.50' is 25/2. */
export function fractionOfDecimal(text: string): Fraction {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', decimals = ''] = mantissa.split('.');
  const scale = Number(exponent) - decimals.length;
  const digits = BigInt(whole + decimals || '0');
  return scale < 0
    ? fraction(digits, 10n ** BigInt(-scale))
    : fraction(digits * 10n ** BigInt(scale));
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
