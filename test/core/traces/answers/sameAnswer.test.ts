// Answers that are the same however they are written: pairs of our own, and a table of what math-verify says.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerOfTarget } from '../../../../src/core/traces/answers/finalAnswer';
import { isSameAnswer } from '../../../../src/core/traces/answers/sameAnswer';
import { golden, shared } from '../../../support/paths';
import { processorSeconds } from '../../../support/processorSeconds';

describe('two answers', () => {
  test.each([
    ['42', '42.0', true],
    ['$1,234', '1234', true],
    ['\\$18', '18', true],
    ['10\\%', '10%', true],
    ['1{,}234', '1234', true],
    ['\\dfrac12', '\\frac{1}{2}', true],
    ['\\dfrac{1}{2}', '0.5', true],
    ['12 apples', '12', true],
    ['18 dollars', '$18', true],
    ['1/2', '0.5', true],
    ['1/3', '0.333', false],
    ['1.6e-19', '9.1e-31', false],
    ['1.6e-19', '1.60e-19', true],
    ['0.0000003', '0', false],
    ['0.0', '0', true],
    ['1/3000', '0.00033333333', true],
    ['1/3000', '0.000333', false],
    ['0.00015\\%', '0.0000015', true],
    ['0.00015\\%', '0.0000016', false],
    ['Yes.', ' yes', true],
    ['"Paris"', 'Paris', true],
    ['“42”', "'42'", true],
    ['−3', '-3', true],
    ['4', '5', false],
    ['', '0', false],
    ['', '', true],
    ['$42$', '42', true],
    ['.5', '0.50', true],
    ['1e3', '1,000', true],
    ['10 m', '10 km', false],
    ['10 m', '10', true],
    ['10 meters', '10 m', true],
    ['5 hours', '5 min', false],
    ['15+3=18', '18', true],
    ['x=5', '5', true],
    ['x=5', 'y=5', false],
    ['(100,200)', '(200,100)', false],
    ['(100,200)', '100200', false],
    ['100,200', '100200', true],
    ['{1, 2}', '2, 1', true],
    ['\\{1\\}', '1', true],
    ['2\\frac{1}{2}', '5/2', true],
    ['2^{100}', '1267650600228229401496703205376', true],
    ['\\frac{1}{0}', '\\frac{2}{0}', false],
    ['x', 'y', false],
    ['a b', 'c', false],
  ])('%j beside %j: %j', (one, other, same) => {
    expect(isSameAnswer(one, other)).toBe(same);
    expect(isSameAnswer(other, one)).toBe(same);
  });

  test.each([
    ['1 and 2', '1, 2', true],
    ['1 or 2', '2, 1', true],
    ['1 \\text{ and } 2', '1, 2', true],
    ['1\\text{, and }2', '1, 2', true],
    ['1\\text{,or }2', '1, 2', true],
    ['1 \\text{land} 2', '1, 2', false],
    ['1 \\text{ android} 2', '1, 2', false],
    ['\\text{12}', '12', true],
    ['\\text{1.50}', '1.5', true],
    ['\\text{v12}', '12', false],
    ['\\mathrm{red}', 'red', true],
  ])('with words, %j beside %j: %j', (one, other, same) => {
    expect(isSameAnswer(one, other)).toBe(same);
    expect(isSameAnswer(other, one)).toBe(same);
  });

  test('are read up to 40 levels of brackets, 100 items and 2,000 characters', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}1+1${')'.repeat(depth)}`;
    expect([10, 39, 40, 60].map(depth => isSameAnswer(nested(depth), '2'))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    // Beside each other there may be more.
    expect(isSameAnswer(`${'(1)+'.repeat(60)}0`, '60')).toBe(true);
    const list = (count: number) => Array.from({ length: count }, (_, i) => `${i}+0`).join(';');
    const items = (count: number) => Array.from({ length: count }, (_, i) => i).join(';');
    expect(isSameAnswer(list(100), items(100))).toBe(true);
    expect(isSameAnswer(list(101), items(101))).toBe(false);
    const long = (length: number) => `1${' '.repeat(length - 3)}+1`;
    expect([2000, 2001].map(length => isSameAnswer(long(length), '2'))).toEqual([true, false]);
  });

  test.each([
    ['(B) 15.8', 'B', true],
    ['(B)', 'B', true],
    ['b', '(B)', true],
    ['B. 15.8', '(B)', true],
    ['(B) 15.8', '15.8', true],
    ['(B) 15.8', '(C) 15.8', false],
    ['A', 'B', false],
    ['(A) 3', '4', false],
  ])('%j beside the choice %j: %j', (one, other, same) => {
    expect(isSameAnswer(one, other)).toBe(same);
    expect(isSameAnswer(other, one)).toBe(same);
  });

  test('of which one is a whole solution', () => {
    const solution = 'He ran 3 * 5 = <<3*5=15>>15 miles.\n#### 15';
    expect(isSameAnswer('15 miles', answerOfTarget(solution))).toBe(true);
    expect(answerOfTarget('15')).toBe('15');
  });

  test.skipIf(!existsSync(join(shared, 'field')))('of the field are the same', () => {
    const rows = readFileSync(join(shared, 'field/same-answers.tsv'), 'utf8').trim().split('\n');
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) {
      const [one, other] = row.split('\t');
      expect([row, isSameAnswer(one!, other!)]).toEqual([row, true]);
    }
  });

  test.each([
    ['brackets', '('.repeat(1500)],
    ['sets with signs', '\\{'.repeat(60) + '1' + '\\}=\\pm 1'.repeat(60)],
    ['powers', `${'9^{'.repeat(60)}9${'}'.repeat(60)}`],
    ['a long sum', `(${Array.from({ length: 150 }, (_, i) => `x_{${i}}`).join('+')})^{60}`],
    ['factorials', '400!'.repeat(300)],
    ['lists', `\\{${'1,\\{2,'.repeat(39)}3${'\\}'.repeat(40)}`],
    ['a large root', `\\sqrt{${'7'.repeat(900)}}`],
    ['many signs', '-'.repeat(1900) + '1'],
  ])('that are hard to read come to an end: %s', (_, text) => {
    const seconds = processorSeconds(() => {
      expect(isSameAnswer(text, `${text} + 1`)).toBe(false);
      expect(isSameAnswer(text, text)).toBe(true);
      isSameAnswer(text, text.toUpperCase());
    });
    expect(seconds).toBeLessThan(2);
  });
});

/** [right answer, answer, what math-verify says] */
type Pair = [right: string, answer: string, same: boolean];

/** Where we differ, and why. All of them are the same for math-verify and not for us. */
const DIFFERENCES: readonly (readonly [right: string, reason: string])[] = [
  ['$1 = \\zzz = x = 0$', 'an equation that names nothing'],
  ['$\\tan^2(y)+1$', 'identities of functions are not known'],
  ['$\\\\boxed{35 cm} ++++++ \\\\boxed{4}$', 'two boxes with signs between them are two answers'],
  ['$1\\leq|z|\\leq \\frac{3}{2}$', 'an inequality of an absolute value is not solved'],
  ['$p=5,q=2;p=7,q=2$', 'assignments are not grouped into tuples'],
  ['$$(3, 3), (1, 1)$$', 'two boxes with words between them are two answers'],
  ['$y_{1}=-2 x^{2}+4 x+3, y_{2}=3 x^{2}+12 x+10$', 'boxes inside of two equations'],
  ['\\boxed{1} papers and \\boxed{2} bins', 'two boxes with words between them are two answers'],
  ['$F_n = \\sum_{k=0}^{n-1} F_k F_{n-k-1}$', 'sums over an index are not read'],
  ['$1 - \\frac{1}{\\mathrm{e}}$', 'they are different: the sign'],
];

describe('math-verify', () => {
  const { groups } = JSON.parse(readFileSync(join(golden, 'answers.json'), 'utf8')) as {
    groups: Record<string, Pair[]>;
  };
  const pairs = Object.values(groups).flat();
  const others = pairs.filter(([right, answer, same]) => same !== isSame(right, answer));

  function isSame(right: string, answer: string): boolean {
    return isSameAnswer(answerOfTarget(answer), answerOfTarget(right));
  }

  test('agrees on 98 % of 500 pairs, and the others are listed', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(500);
    expect(others.length / pairs.length).toBeLessThanOrEqual(0.02);
    expect(others.map(([right]) => right)).toEqual(DIFFERENCES.map(([right]) => right));
  });

  test('calls nothing different that is the same for us, in either order', () => {
    for (const [right, answer, same] of pairs) {
      if (same) continue;
      expect([right, answer, isSame(right, answer)]).toEqual([right, answer, false]);
      expect([right, answer, isSame(answer, right)]).toEqual([right, answer, false]);
    }
  });

  test('has pairs of every kind that are the same, and near misses', () => {
    for (const [kind, own] of Object.entries(groups)) {
      expect([kind, own.some(([, , same]) => same)]).toEqual([kind, true]);
      // Mixed numbers and powers of the table are the same in all forms.
      if (kind !== 'mixed numbers')
        expect([kind, own.some(([, , same]) => !same)]).toEqual([kind, true]);
    }
  });
});
