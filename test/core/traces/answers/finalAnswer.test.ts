// The final answer of a text: its last sign, whatever kind it is of.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { finalAnswer } from '../../../../src/core/traces/answers/finalAnswer';
import { isSameAnswer } from '../../../../src/core/traces/answers/sameAnswer';
import { stepStarts } from '../../../../src/core/traces/stepStarts';
import { golden, shared } from '../../../support/paths';
import { processorSeconds } from '../../../support/processorSeconds';

describe('an answer', () => {
  test.each([
    ['So 6*7.\n#### 42', '42'],
    ['#### 1\nno\n#### $1,234.50 ', '$1,234.50'],
    ['thus \\boxed{\\frac{1}{2}} and \\boxed{x^{2}}', '\\frac{1}{2}, x^{2}'],
    ['thus \\boxed{\\frac{1}{2}}. But \\boxed{x^{2}}', 'x^{2}'],
    ['\\boxed{\\left\\{1,2\\right\\}}', '\\left\\{1,2\\right\\}'],
    ['\\boxed{\\text{a \\} b}}', '\\text{a \\} b}'],
    ['{{ \\boxed{4} and \\boxed{5', '4'],
    ['\\boxed{\\boxed{4}}', '4'],
    ['The answer is **12 apples**.', '12 apples'],
    ['The answer is $42$.', '$42$'],
    ['The answer is 42 because it fits. ok', '42'],
    ['The answer is 3.14. ok', '3.14'],
    ['The final answer is (B)', '(B)'],
    ['A: 18', '18'],
    ['**Answer:** 42', '42'],
    ['Answer: C\n', 'C'],
    ['### Answer\n\n42\n', '42'],
    ['**Final Answer**\n\\boxed{840}', '840'],
    ['**Final Answer:**\n\n**42 apples**', '42 apples'],
    ['<answer> 42 </answer>', '42'],
    ['<answer>It is \\boxed{42}.</answer>', '42'],
    ['42', '42'],
    ['(B)', '(B)'],
    ['no answer', undefined],
    ['', undefined],
  ])('of %j is %j', (text, answer) => expect(finalAnswer(text)).toBe(answer));

  test.each([
    ['#### 41\nWait. The answer is 42.', '42'],
    ['The answer is 41.\n#### 42', '42'],
    ['\\boxed{41}\n\nAnswer: 42', '42'],
    ['Answer: 41\nNo: \\boxed{42}', '42'],
    ['<answer>41</answer>\nI mean \\boxed{42}', '42'],
    ['\\boxed{41}\n<answer>42</answer>', '42'],
  ])('of %j is the last sign’s, whatever its kind', (text, answer) =>
    expect(finalAnswer(text)).toBe(answer),
  );

  test.each([
    ['#### Conclusion\nThe result is \\boxed{4}.', '4'],
    ['\\boxed{4}\n\n#### Conclusion\nAll is well.', '4'],
    ['\\boxed{4}\n\n#### Conclusion', '4'],
    ['#### Step 1: add\n2+2=4', undefined],
    ['\\boxed{4}. The answer is correct.', '4'],
  ])('of %j is no heading and no remark: %j', (text, answer) =>
    expect(finalAnswer(text)).toBe(answer),
  );

  test.each([
    ['<think>\\boxed{5}</think>The answer is 4.', '4'],
    ['<think>\\boxed{5}</think>\n4', '4'],
    ['<think>\\boxed{5}</think>\nI do not know', undefined],
    ['<think>\\boxed{5}</think>\n', '5'],
    ['<think>so \\boxed{5}', '5'],
  ])('of %j leaves out the thought unless nothing follows', (text, answer) =>
    expect(finalAnswer(text)).toBe(answer),
  );

  test.skipIf(!existsSync(join(shared, 'field')))(
    'of the field’s headings is the boxed one',
    () => {
      const text = readFileSync(join(shared, 'field/heading-answer.txt'), 'utf8');
      expect(finalAnswer(text)).toBe('4');
    },
  );

  test('is found in every golden trace, all of which are wrong', () => {
    const { traces } = JSON.parse(readFileSync(join(golden, 'reasoning/traces.json'), 'utf8')) as {
      traces: { answer: number; trace: string }[];
    };
    for (const { trace, answer } of traces) {
      const found = finalAnswer(trace);
      expect(found).toBeDefined();
      expect(isSameAnswer(found!, String(answer))).toBe(false);
    }
  });

  test.each([
    '\\boxed{',
    '\\boxed{1}',
    '\\boxed{1},',
    '{',
    '}',
    '\\',
    '\n',
    ' ',
    '\t\n',
    '1',
    '**',
    '. ',
    '####',
    '#### ',
    '#### a\n',
    '# ',
    '1. ',
    'step  ',
    'A: ',
    '(',
    '"',
    '$',
    '\n### Answer',
    'answer is ',
    'answer: ',
    'answer:\n',
    '**answer',
    '<answer>',
  ])('and steps are found in linear time among many %j', piece => {
    const text = piece.repeat(400_000 / piece.length);
    const seconds = processorSeconds(() => {
      finalAnswer(text);
      stepStarts(text);
    });
    // A quadratic scan takes minutes.
    expect(seconds).toBeLessThan(5);
  });
});
