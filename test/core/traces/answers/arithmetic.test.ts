// Values of expressions: complex fractions and polynomials against arithmetic with integers, roots against numbers.
import { expect, test } from 'vitest';
import { isSameAnswer } from '../../../../src/core/traces/answers/sameAnswer';
import { seedOr } from '../../../support/seed';
import { pick, randomOf, type Random } from '../../../support/toys';

interface Expression<T> {
  text: string;
  value: T;
}

interface Arithmetic<T> {
  leaf(random: Random): Expression<T>;
  plus(a: T, b: T): T;
  times(a: T, b: T): T;
  negated(a: T): T;
  /** Undefined: there is none, or it is not asked for. */
  inverse(a: T): T | undefined;
  one: T;
}

/** A random expression, as LaTeX with all brackets that it needs, and its value. */
function expressionOf<T>(of: Arithmetic<T>, random: Random, depth: number): Expression<T> {
  if (depth === 0 || random() < 0.1) return of.leaf(random);
  const a = expressionOf(of, random, depth - 1);
  const kind = pick(random, ['+', '-', '*', '/', '^', 'negated']);
  if (kind === 'negated') return { text: `(-(${a.text}))`, value: of.negated(a.value) };
  if (kind === '^') {
    const exponent = Math.floor(random() * 7) - 3;
    const base = exponent < 0 ? of.inverse(a.value) : a.value;
    if (base === undefined) return a;
    const value = new Array<T>(Math.abs(exponent))
      .fill(base)
      .reduce((x, y) => of.times(x, y), of.one);
    return { text: `(${a.text})^{${exponent}}`, value };
  }
  const b = expressionOf(of, random, depth - 1);
  if (kind === '+') return { text: `(${a.text}+${b.text})`, value: of.plus(a.value, b.value) };
  if (kind === '-')
    return { text: `(${a.text}-${b.text})`, value: of.plus(a.value, of.negated(b.value)) };
  const product = pick(random, ['(A)(B)', 'A\\cdot(B)', 'A*B']);
  const inverse = kind === '/' ? of.inverse(b.value) : undefined;
  if (inverse === undefined)
    return {
      text: product.replace('A', () => a.text).replace('B', () => b.text),
      value: of.times(a.value, b.value),
    };
  const quotient = pick(random, ['\\frac{A}{B}', 'A/(B)', '(A)\\div(B)']);
  return {
    text: quotient.replace('A', () => a.text).replace('B', () => b.text),
    value: of.times(a.value, inverse),
  };
}

/** (re + im i) / bottom; bottom > 0. */
interface Complex {
  re: bigint;
  im: bigint;
  bottom: bigint;
}

const complex: Arithmetic<Complex> = {
  one: { re: 1n, im: 0n, bottom: 1n },
  leaf(random) {
    const whole = Math.floor(random() * 10);
    const exponent = Math.floor(random() * 13) - 6;
    const powers = [
      [1n, 0n],
      [0n, 1n],
      [-1n, 0n],
      [0n, -1n],
    ] as const;
    const [re, im] = powers[(exponent + 12) % 4]!;
    return pick(random, [
      { text: `${whole}`, value: { re: BigInt(whole), im: 0n, bottom: 1n } },
      { text: 'i', value: { re: 0n, im: 1n, bottom: 1n } },
      { text: `i^{${exponent}}`, value: { re, im, bottom: 1n } },
    ]);
  },
  plus: (a, b) => ({
    re: a.re * b.bottom + b.re * a.bottom,
    im: a.im * b.bottom + b.im * a.bottom,
    bottom: a.bottom * b.bottom,
  }),
  times: (a, b) => ({
    re: a.re * b.re - a.im * b.im,
    im: a.re * b.im + a.im * b.re,
    bottom: a.bottom * b.bottom,
  }),
  negated: ({ re, im, bottom }) => ({ re: -re, im: -im, bottom }),
  inverse({ re, im, bottom }) {
    const size = re * re + im * im;
    return size === 0n ? undefined : { re: re * bottom, im: -im * bottom, bottom: size };
  },
};

const textOf = ({ re, im, bottom }: Complex) =>
  `\\frac{${re}}{${bottom}}+\\frac{${im}}{${bottom}}\\cdot i`;

test('a complex number is the same in every form, and no other one', () => {
  const random = randomOf(seedOr(131));
  let compared = 0;
  for (let round = 0; round < 600; round++) {
    const { text, value } = expressionOf(complex, random, 3);
    // More digits than are computed with.
    if (text.length > 400 || value.bottom > 10n ** 60n) continue;
    // "i" alone would be a choice among several.
    const whole = `0+${text}`;
    expect([whole, isSameAnswer(whole, textOf(value))]).toEqual([whole, true]);
    const others = [
      { ...value, re: value.re + value.bottom },
      { ...value, im: value.im + value.bottom },
      ...(value.im === 0n ? [] : [{ ...value, im: -value.im }]),
      ...(value.re === 0n ? [] : [{ ...value, re: -value.re }]),
    ];
    for (const other of others)
      expect([whole, textOf(other), isSameAnswer(whole, textOf(other))]).toEqual([
        whole,
        textOf(other),
        false,
      ]);
    compared++;
  }
  expect(compared).toBeGreaterThan(500);
});

/** Coefficients by exponents of x and y. */
type Terms = ReadonlyMap<string, bigint>;

const termsOf = (entries: Iterable<readonly [string, bigint]>): Terms => {
  const found = new Map<string, bigint>();
  for (const [key, value] of entries) found.set(key, (found.get(key) ?? 0n) + value);
  return new Map([...found].filter(([, value]) => value !== 0n));
};

const polynomials: Arithmetic<Terms> = {
  one: termsOf([['0,0', 1n]]),
  leaf(random) {
    const whole = Math.floor(random() * 10);
    const exponent = Math.floor(random() * 4);
    return pick(random, [
      { text: `${whole}`, value: termsOf([['0,0', BigInt(whole)]]) },
      { text: 'x', value: termsOf([['1,0', 1n]]) },
      { text: `y^${exponent}`, value: termsOf([[`0,${exponent}`, 1n]]) },
    ]);
  },
  plus: (a, b) => termsOf([...a, ...b]),
  times: (a, b) =>
    termsOf(
      [...a].flatMap(([one, x]) =>
        [...b].map(([other, y]) => {
          const [i = 0, j = 0] = one.split(',').map(Number);
          const [k = 0, l = 0] = other.split(',').map(Number);
          return [`${i + k},${j + l}`, x * y] as const;
        }),
      ),
    ),
  negated: a => termsOf([...a].map(([key, value]) => [key, -value])),
  inverse: () => undefined,
};

const expanded = (terms: Terms) =>
  [...terms]
    .map(([key, value]) => {
      const [i, j] = key.split(',');
      return `${value}x^{${i}}y^{${j}}`;
    })
    .join('+')
    .replaceAll('+-', '-') || '0';

test('a polynomial is the same as what it expands to, and as nothing else', () => {
  const random = randomOf(seedOr(132));
  let compared = 0;
  for (let round = 0; round < 400; round++) {
    const { text, value } = expressionOf(polynomials, random, 3);
    if (value.size > 30 || text.length > 400) continue;
    const whole = `0+${text}`;
    const shuffled = new Map([...value].sort(() => random() - 0.5));
    expect([whole, isSameAnswer(expanded(shuffled), whole)]).toEqual([whole, true]);
    for (const term of ['1', 'x', '-y^2'])
      expect([
        whole,
        term,
        isSameAnswer(`${expanded(value)}+${term}`.replace('+-', '-'), whole),
      ]).toEqual([whole, term, false]);
    // A factor in a fraction of two polynomials is divided out.
    if (value.size > 0 && value.size < 8)
      expect(isSameAnswer(`\\frac{(x+2)(${text})}{(${text})(y-1)}`, '\\frac{x+2}{y-1}')).toBe(true);
    compared++;
  }
  expect(compared).toBeGreaterThan(200);
});

const numbers: Arithmetic<number> = {
  one: 1,
  leaf(random) {
    const whole = 1 + Math.floor(random() * 12);
    const degree = 2 + Math.floor(random() * 3);
    const above = Math.floor(random() * 9) - 4;
    return pick(random, [
      { text: `${whole}`, value: whole },
      { text: '\\pi', value: Math.PI },
      { text: 'e', value: Math.E },
      { text: `\\sqrt{${whole}}`, value: Math.sqrt(whole) },
      { text: `\\sqrt[${degree}]{${whole * 4}}`, value: (whole * 4) ** (1 / degree) },
      { text: `\\sqrt[3]{-${whole}}`, value: -Math.cbrt(whole) },
      { text: `\\sqrt{\\frac{${whole}}{12}}`, value: Math.sqrt(whole / 12) },
      { text: `\\sqrt{${whole}\\pi\\sqrt{3}}`, value: Math.sqrt(whole * Math.PI * Math.sqrt(3)) },
      { text: `${whole}^{${above}/${degree}}`, value: whole ** (above / degree) },
    ]);
  },
  plus: (a, b) => a + b,
  times: (a, b) => a * b,
  negated: a => -a,
  inverse: a => (Math.abs(a) < 1e-3 ? undefined : 1 / a),
};

test('a number with roots has the value that a computer computes', () => {
  const random = randomOf(seedOr(133));
  let compared = 0;
  for (let round = 0; round < 500; round++) {
    const { text, value } = expressionOf(numbers, random, 2);
    if (!(Math.abs(value) > 1e-3 && Math.abs(value) < 1e4)) continue;
    // Near the border between two rounded numbers.
    if (Math.abs(((Math.abs(value) * 1e6) % 1) - 0.5) < 0.01) continue;
    const whole = `0+${text}`;
    expect([whole, value, isSameAnswer(whole, value.toFixed(10))]).toEqual([whole, value, true]);
    for (const other of [value + 1e-4, -value])
      expect([whole, other, isSameAnswer(whole, other.toFixed(10))]).toEqual([whole, other, false]);
    compared++;
  }
  expect(compared).toBeGreaterThan(300);
});

test.each([
  ['\\sqrt[3]{8}', '2', true],
  // Of a degree that is no whole number nothing is said, not that it is another one.
  ['\\sqrt[\\frac12]{4}', '4', false],
  ['\\sqrt[\\frac32]{8}', '2', false],
  ['\\sqrt{x^2}', 'x', false],
  ['\\sqrt{x^2}', '-x', false],
  ['\\sqrt{4x^6y}', '2x^3\\sqrt{y}', false],
  ['\\sqrt{9x}', '3\\sqrt{x}', true],
  ['\\sqrt{x^3}', 'x^{3/2}', true],
  ['\\sqrt{x}\\sqrt{x}', 'x', true],
  ['\\sqrt[3]{8x}', '2x^{1/3}', true],
  ['\\sqrt{\\pi^2}', '\\pi', true],
  ['\\sqrt{3\\sqrt{3}}', '3^{3/4}', true],
  ['\\sqrt{-4}', '2i', true],
  ['\\sqrt[3]{-8}', '-2', true],
  ['\\sqrt[4]{-16}', '2', false],
  ['\\sqrt{-i}', 'i\\sqrt{i}', false],
  ['\\sqrt{i}', 'i', false],
  ['\\sqrt{x+y}', '(x+y)^{1/2}', true],
  ['\\sqrt{x+y}', '\\sqrt{x}+\\sqrt{y}', false],
  ['2^{x+1}', '2\\cdot 2^x', true],
  ['4^x', '2^{2x}', true],
  ['4^x', '2^x', false],
  ['x^{y}x^{2y}', 'x^{3y}', true],
  ['(x+1)^y', '(1+x)^y', true],
  ['(-2)^x', '2^x', false],
])('the root or power %s beside %s: %j', (one, other, same) => {
  expect(isSameAnswer(one, other)).toBe(same);
  expect(isSameAnswer(other, one)).toBe(same);
});
