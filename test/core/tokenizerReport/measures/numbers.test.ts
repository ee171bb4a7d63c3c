// Digit groups: by hand, and of published tokenizers for numbers of 1 to 20 digits.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import {
  groupingOf,
  hasSingleDigitsOnly,
  NumberCounts,
  numbersOf,
  type Grouping,
} from '../../../../src/core/tokenizerReport/measures/numbers';
import {
  promptOf,
  randomSums,
  spellRightToLeft,
} from '../../../../src/core/tokenizerReport/measures/sums';
import { cutAt } from '../../../support/cutEncoding';
import { seedOr } from '../../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { randomOf } from '../../../support/toys';

describe('the grouping of digits', () => {
  test.each([
    [[2], 'one group'],
    [[1, 1], 'single digits'],
    [[3, 1], 'left to right'],
    [[3, 3, 2], 'left to right'],
    [[1, 3, 3], 'right to left'],
    [[3, 3], 'threes'],
    [[3, 1, 3], 'other'],
    [[2, 2], 'other'],
    [[4, 3], 'other'],
    [[3, 4], 'other'],
  ] as [number[], Grouping][])('%j: %s', (groups, name) => expect(groupingOf(groups)).toBe(name));
});

describe('the numbers of a text', () => {
  const found = (text: string, ends: number[]) =>
    numbersOf(text, cutAt(text, ends)).map(({ start, end, digits, commas, groups }) => [
      text.slice(start, end),
      digits,
      commas,
      groups,
    ]);

  test('have groups that tokens and commas end, whatever else is in a token', () => {
    // é is two bytes: é' '12 | 34. | 5
    expect(found('é 1234.5', [5, 8, 9])).toEqual([
      ['1234', 4, false, [2, 2]],
      ['5', 1, false, [1]],
    ]);
    expect(found('a1,234,567b', [2, 6, 11])).toEqual([['1,234,567', 7, true, [1, 3, 3]]]);
    expect(found('1,234,567', [9])).toEqual([['1,234,567', 7, true, [1, 3, 3]]]);
    expect(found('1,2345 12,34', [12])).toEqual([
      ['1', 1, false, [1]],
      ['2345', 4, false, [4]],
      ['12', 2, false, [2]],
      ['34', 2, false, [2]],
    ]);
  });

  test('are counted by length, commas and grouping', () => {
    const counts = new NumberCounts();
    counts.add('12 1,234 56', cutAt('12 1,234 56', [2, 8, 9, 10, 11]));
    counts.add('78', cutAt('78', [2]));
    expect(counts.result()).toEqual({
      numbers: 4,
      rows: [
        { digits: 2, commas: false, grouping: 'one group', numbers: 2, example: '12' },
        { digits: 2, commas: false, grouping: 'single digits', numbers: 1, example: '56' },
        { digits: 4, commas: true, grouping: 'right to left', numbers: 1, example: '1,234' },
      ],
    });
  });
});

describe.skipIf(!hasShared)('published tokenizers, 1 to 20 digits', () => {
  const folder = (name: string) => tokenizerOf(join(shared, 'tokenizers', name));
  /** The groups as the tokens spell them. */
  const tokensOf = (tokenizer: Tokenizer, text: string) =>
    Array.from(tokenizer.encode(text).ids, id => new TextDecoder().decode(tokenizer.bytesOf(id)))
      .flatMap(token => token.match(/[0-9]+/g) ?? [])
      .map(({ length }) => length);
  const groupingsOf = (tokenizer: Tokenizer) => {
    const random = randomOf(seedOr(29));
    const found = { plain: new Set<Grouping>(), commas: new Set<Grouping>() };
    for (let length = 1; length <= 20; length++) {
      for (let round = 0; round < 4; round++) {
        const digits = Array.from({ length }, () => Math.floor(random() * 10)).join('');
        for (const before of ['', 'x = ', 'x']) {
          for (const spelled of [digits, spellRightToLeft(digits)]) {
            const text = `${before}${spelled};`;
            const [number, ...others] = numbersOf(text, tokenizer.encode(text));
            expect(others).toEqual([]);
            expect(number!.digits).toBe(length);
            expect(number!.groups, text).toEqual(tokensOf(tokenizer, text));
            if (length > 3) found[spelled === digits ? 'plain' : 'commas'].add(number!.grouping);
          }
        }
      }
    }
    return { plain: [...found.plain].sort(), commas: [...found.commas].sort() };
  };
  const fromRight = ['right to left', 'threes'];

  test('cl100k: from the left, and from the right with commas', () => {
    const cl100k = folder('tiktoken');
    expect(hasSingleDigitsOnly(cl100k)).toBe(false);
    expect(groupingsOf(cl100k)).toEqual({ plain: ['left to right', 'threes'], commas: fromRight });
  });

  test('GPT-2: as its merges go', () => {
    const gpt2 = folder('gpt2');
    expect(hasSingleDigitsOnly(gpt2)).toBe(false);
    const { plain } = groupingsOf(gpt2);
    expect(plain).toEqual(expect.arrayContaining(['left to right', 'other']));
  });

  test.each(['qwen2', 'phi-3-mini'])('%s: single digits, by construction', name => {
    const tokenizer = folder(name);
    expect(hasSingleDigitsOnly(tokenizer)).toBe(true);
    expect(groupingsOf(tokenizer).plain).toEqual(['single digits']);
  });
});

describe('sums', () => {
  test.each([
    ['1', '1'],
    ['123', '123'],
    ['1234', '1,234'],
    ['123456', '123,456'],
    ['1234567', '1,234,567'],
  ])('%s is %s from the right', (digits, spelled) =>
    expect(spellRightToLeft(digits)).toBe(spelled),
  );

  test('are right, have addends of every length, and are the same for the same seed', () => {
    const sums = randomSums(seedOr(4), 500, 1, 20);
    for (const { a, b, c } of sums) expect(String(BigInt(a) + BigInt(b))).toBe(c);
    const lengths = new Set(sums.flatMap(({ a, b }) => [a.length, b.length]));
    expect([...lengths].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(sums.every(({ a, b }) => !a.startsWith('0') && !b.startsWith('0'))).toBe(true);
    expect(randomSums(7, 9, 7, 9)).toEqual(randomSums(7, 9, 7, 9));
    expect(randomSums(8, 9, 7, 9)).not.toEqual(randomSums(7, 9, 7, 9));
  });

  test('are spelled in two ways', () => {
    const sum = { a: '1234', b: '8766', c: '10000' };
    expect(promptOf(sum)).toEqual({ prompt: '1234 + 8766 =', answer: ' 10000' });
    expect(promptOf(sum, spellRightToLeft)).toEqual({
      prompt: '1,234 + 8,766 =',
      answer: ' 10,000',
    });
  });
});
