// Exact values of answers: quotients of polynomials.
import {
  divided,
  fraction,
  isInteger,
  negated,
  ONE,
  times,
  Unreadable,
  type Fraction,
} from './fraction';
import {
  approximate,
  atom,
  constant,
  constantOf,
  IMAGINARY,
  integerPower,
  onlyTerm,
  polynomialText,
  product,
  scaled,
  sum,
  type Polynomial,
} from './polynomial';

export interface Exact {
  readonly top: Polynomial;
  readonly bottom: Polynomial;
}

const UNIT = constant(ONE);
const MINUS_ONE = fraction(-1n);

export const exactOf = (value: Fraction): Exact => ({ top: constant(value), bottom: UNIT });
export const symbol = (name: string): Exact => ({ top: atom(name), bottom: UNIT });

export function add(a: Exact, b: Exact): Exact {
  const top = sum(product(a.top, b.bottom), product(b.top, a.bottom));
  return reduced(top, product(a.bottom, b.bottom));
}

export function negate(a: Exact): Exact {
  return { top: scaled(a.top, MINUS_ONE), bottom: a.bottom };
}

export function multiply(a: Exact, b: Exact): Exact {
  return reduced(product(a.top, b.top), product(a.bottom, b.bottom));
}

/** Throws `Unreadable` for a division by 0. */
export function divide(a: Exact, b: Exact): Exact {
  if (b.top.size === 0) throw new Unreadable('a division by zero');
  return reduced(product(a.top, b.bottom), product(a.bottom, b.top));
}

export function isEqual(a: Exact, b: Exact): boolean {
  const difference = sum(product(a.top, b.bottom), scaled(product(b.top, a.bottom), MINUS_ONE));
  return difference.size === 0;
}

/** By what `a` is `b` multiplied; undefined if by no fraction, or both are 0. */
export function factorBetween(a: Exact, b: Exact): Fraction | undefined {
  const [one, other] = [product(a.top, b.bottom), product(b.top, a.bottom)];
  const [first] = one;
  const same = first && other.get(first[0]);
  if (!same) return undefined;
  const factor = divided(first[1].coefficient, same.coefficient);
  return sum(one, scaled(other, negated(factor))).size === 0 ? factor : undefined;
}

/** Undefined if it is not a fraction. */
export function fractionOf({ top, bottom }: Exact): Fraction | undefined {
  const [above, below] = [constantOf(top), constantOf(bottom)];
  return above && below && divided(above, below);
}

/** Undefined if it has symbols. */
export function valueOf(a: Exact): number | undefined {
  const [above, below] = [approximate(a.top), approximate(a.bottom)];
  return above === undefined || below === undefined ? undefined : above / below;
}

/** Whether it is one product of symbols, such as a name of several letters. */
export function isName({ top, bottom }: Exact): boolean {
  const [above, below] = [onlyTerm(top), onlyTerm(bottom)];
  const isSymbolic = (term: typeof above) =>
    term?.coefficient.top === 1n && term.coefficient.bottom === 1n;
  return (
    isSymbolic(above) &&
    isSymbolic(below) &&
    above!.powers.length > 0 &&
    above!.powers.every(([name]) => name !== 'π' && !/^\d/.test(name))
  );
}

/** For atoms that are made of it: the same text, the same value. */
export function exactText({ top, bottom }: Exact): string {
  return `${polynomialText(top)}/${polynomialText(bottom)}`;
}

const MOST_FACTORS = 64n;

export function power(base: Exact, exponent: Exact): Exact {
  const constantExponent = fractionOf(exponent);
  if (constantExponent) {
    const { top, bottom } = constantExponent;
    return wholePower(bottom === 1n ? base : root(base, bottom), top);
  }
  // Of a sum of exponents each makes a factor of its own.
  const below = constantOf(exponent.bottom);
  const bases = primesOf(base);
  if (!below || !bases) return symbol(`(${exactText(base)})^(${exactText(exponent)})`);
  let result = exactOf(ONE);
  for (const [key, { coefficient }] of exponent.top) {
    const by = divided(coefficient, below);
    for (const [name, count] of bases) {
      const factor =
        key === ''
          ? power(
              /^\d/.test(name) ? exactOf(fraction(BigInt(name))) : symbol(name),
              exactOf(times(by, fraction(count))),
            )
          : {
              top: atom(
                `${/^\d/.test(name) ? 'p' : ''}${name}^[${key}]`,
                times(by, fraction(count)),
              ),
              bottom: UNIT,
            };
      result = multiply(result, factor);
    }
  }
  return result;
}

/** The `degree`-th root; of numbers by their prime factors. */
export function root(base: Exact, degree: bigint): Exact {
  if (degree <= 0n || degree > MOST_FACTORS) throw new Unreadable('an unusual root');
  const value = fractionOf(base);
  if (!value) return rootOfTerm(base, degree) ?? opaqueRoot(base, degree);
  if (value.top < 0n) {
    const positive = root(exactOf(fraction(-value.top, value.bottom)), degree);
    if (degree % 2n === 1n) return negate(positive);
    return degree === 2n ? multiply(symbol(IMAGINARY), positive) : opaqueRoot(base, degree);
  }
  if (value.top === 0n) return base;
  let result = exactOf(fraction(1n, value.bottom));
  for (const [prime, count] of factors(value.top * value.bottom ** (degree - 1n))) {
    const whole = integerPower(prime, count / degree);
    const rest = atom(String(prime), fraction(count % degree, degree));
    result = multiply(result, { top: scaled(rest, whole), bottom: UNIT });
  }
  return result;
}

/** Of one product whose root has no doubtful sign. */
function rootOfTerm({ top, bottom }: Exact, degree: bigint): Exact | undefined {
  const [above, below] = [onlyTerm(top), constantOf(bottom)];
  if (!above || !below) return undefined;
  const isSafe = above.powers.every(
    ([name, { top: count }]) => /^\d/.test(name) || name === 'π' || count % 2n !== 0n,
  );
  if (!isSafe || above.powers.some(([name]) => name === IMAGINARY)) return undefined;
  const { coefficient, powers } = above;
  let result = root(exactOf(divided(coefficient, below)), degree);
  for (const [name, exponent] of powers) {
    const factor = atom(name, times(exponent, fraction(1n, degree)));
    result = multiply(result, { top: factor, bottom: UNIT });
  }
  return result;
}

function opaqueRoot(base: Exact, degree: bigint): Exact {
  return { top: atom(`(${exactText(base)})`, fraction(1n, degree)), bottom: UNIT };
}

/** By repeated squaring. */
function wholePower(base: Exact, exponent: bigint): Exact {
  if (exponent < 0n) return divide(exactOf(ONE), wholePower(base, -exponent));
  const value = fractionOf(base);
  if (value) {
    return exactOf(
      divided(integerPower(value.top, exponent), integerPower(value.bottom, exponent)),
    );
  }
  if (exponent > MOST_FACTORS) throw new Unreadable('a large power');
  let [result, square] = [exactOf(ONE), base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square);
    if (left > 1n) square = multiply(square, square);
  }
  return result;
}

/** A base as atoms with whole exponents; undefined if it is neither a positive integer nor a symbol. */
function primesOf(base: Exact): [string, bigint][] | undefined {
  const value = fractionOf(base);
  if (value) {
    if (!isInteger(value) || value.top <= 0n) return undefined;
    return factors(value.top).map(([prime, count]) => [String(prime), count]);
  }
  const term = onlyTerm(base.top);
  if (!isName(base) || !constantOf(base.bottom) || term?.powers.length !== 1) return undefined;
  const [name, exponent] = term.powers[0]!;
  return isInteger(exponent) ? [[name, exponent.top]] : undefined;
}

const LARGEST_DIVISOR = 20_000n;

/** Prime factors of a positive integer with their counts. Throws `Unreadable` where two of them are large. */
function factors(value: bigint): [prime: bigint, count: bigint][] {
  const found: [bigint, bigint][] = [];
  let left = value;
  for (let divisor = 2n; divisor * divisor <= left; divisor += divisor === 2n ? 1n : 2n) {
    if (divisor > LARGEST_DIVISOR) throw new Unreadable('a large number under a root');
    let count = 0n;
    for (; left % divisor === 0n; left /= divisor) count++;
    if (count > 0n) found.push([divisor, count]);
  }
  if (left > 1n) found.push([left, 1n]);
  return found;
}

/** A constant denominator is divided out, so that equal values mostly have equal texts. */
function reduced(top: Polynomial, bottom: Polynomial): Exact {
  const below = constantOf(bottom);
  if (!below) return { top, bottom };
  return { top: scaled(top, divided(ONE, below)), bottom: UNIT };
}
