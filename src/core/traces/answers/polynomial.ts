// Polynomials with rational coefficients over atoms: symbols, constants such as π, primes under a root, and whatever is
// not looked into. An atom's exponents are fractions, so √12 is 2 · 3^(1/2). Roots of different primes are linearly
// independent, so a polynomial of numbers is zero only if it has no terms.
import {
  floorOf,
  fraction,
  fractionText,
  MOST_BITS,
  numberOf,
  ONE,
  plus,
  times,
  Unreadable,
  ZERO,
  type Fraction,
} from './fraction';

interface Term {
  readonly coefficient: Fraction;
  /** Sorted by atom; no exponent is 0. */
  readonly powers: readonly (readonly [atom: string, exponent: Fraction])[];
}

/** Terms by their powers. */
export type Polynomial = ReadonlyMap<string, Term>;

/** The square of it is -1. */
export const IMAGINARY = 'i';

const MOST_TERMS = 100;

export function constant(value: Fraction): Polynomial {
  return polynomial([{ coefficient: value, powers: [] }]);
}

export function atom(name: string, exponent: Fraction = ONE): Polynomial {
  return polynomial([normalized(ONE, new Map([[name, exponent]]))]);
}

export function sum(a: Polynomial, b: Polynomial): Polynomial {
  return polynomial([...a.values(), ...b.values()]);
}

export function product(a: Polynomial, b: Polynomial): Polynomial {
  const terms: Term[] = [];
  for (const one of a.values()) for (const other of b.values()) terms.push(termProduct(one, other));
  return polynomial(terms);
}

export function scaled(a: Polynomial, factor: Fraction): Polynomial {
  return product(a, constant(factor));
}

/** Undefined if it has atoms. */
export function constantOf(a: Polynomial): Fraction | undefined {
  if (a.size === 0) return ZERO;
  return a.size === 1 ? a.get('')?.coefficient : undefined;
}

/** Undefined if it has none or several. */
export function onlyTerm(a: Polynomial): Term | undefined {
  return a.size === 1 ? [...a.values()][0] : undefined;
}

/** The same for equal polynomials. */
export function polynomialText(a: Polynomial): string {
  const terms = [...a].map(([key, { coefficient }]) => `${fractionText(coefficient)}*${key}`);
  return terms.sort().join('+');
}

/** Undefined where an atom has no value. */
export function approximate(a: Polynomial): number | undefined {
  let total = 0;
  for (const { coefficient, powers } of a.values()) {
    let value = numberOf(coefficient);
    for (const [name, exponent] of powers) {
      const base = name === 'π' ? Math.PI : name === 'e' ? Math.E : Number(name);
      value *= base ** numberOf(exponent);
    }
    total += value;
  }
  return Number.isFinite(total) ? total : undefined;
}

function polynomial(terms: readonly Term[]): Polynomial {
  const found = new Map<string, Term>();
  for (const term of terms) {
    const key = term.powers
      .map(([name, exponent]) => `${name}^${fractionText(exponent)}`)
      .join('·');
    const before = found.get(key);
    const coefficient = before ? plus(before.coefficient, term.coefficient) : term.coefficient;
    if (coefficient.top === 0n) found.delete(key);
    else found.set(key, { coefficient, powers: term.powers });
  }
  if (found.size > MOST_TERMS) throw new Unreadable('too many terms');
  return found;
}

function termProduct(a: Term, b: Term): Term {
  const powers = new Map(a.powers);
  for (const [name, exponent] of b.powers)
    powers.set(name, plus(powers.get(name) ?? ZERO, exponent));
  return normalized(times(a.coefficient, b.coefficient), powers);
}

/** Exponents of primes are at least 0 and below 1; that of the imaginary unit is 0 or 1. */
function normalized(coefficient: Fraction, powers: ReadonlyMap<string, Fraction>): Term {
  const kept: [string, Fraction][] = [];
  let factor = coefficient;
  for (const [name, exponent] of powers) {
    let left = exponent;
    if (/^\d/.test(name)) {
      const whole = floorOf(exponent);
      factor = times(factor, integerPower(BigInt(name), whole));
      left = plus(exponent, fraction(-whole));
    } else if (name === IMAGINARY && exponent.bottom === 1n) {
      const quarter = ((exponent.top % 4n) + 4n) % 4n;
      if (quarter >= 2n) factor = times(factor, fraction(-1n));
      left = fraction(quarter % 2n);
    }
    if (left.top !== 0n) kept.push([name, left]);
  }
  return { coefficient: factor, powers: kept.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

/** Throws `Unreadable` where it would have very many digits. */
export function integerPower(base: bigint, exponent: bigint): Fraction {
  const size = exponent < 0n ? -exponent : exponent;
  if (BigInt(base.toString(2).length) * size > MOST_BITS && base !== 1n && base !== -1n)
    throw new Unreadable('too many digits');
  const value = base ** size;
  return exponent < 0n ? fraction(1n, value) : fraction(value);
}
