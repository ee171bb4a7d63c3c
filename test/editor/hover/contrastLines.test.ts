// What the hover says of a pair's numbers: it calls no token high whose contrast is low.
import { expect, test } from 'vitest';
import { contrastLines } from '../../../src/editor/hover/contrastLines';
import type { HoverContext } from '../../../src/editor/hover/hoverSection';

const hover = (answerStart?: number) =>
  ({
    view: { pair: { positive: 'positive', negative: 'negative' }, utf16Ends: [4, 9] },
    place: { answerStart },
  }) as unknown as HoverContext;

test('the words below the numbers hold for tokens of low contrast, too', () => {
  for (const numbers of ['+2.10 bits\n\n', '−0.24 bits\n\n']) {
    const lines = contrastLines(hover(0), 0, numbers);
    expect(lines.startsWith(numbers)).toBe(true);
    expect(lines).toContain('A high contrast is only a hint.');
    expect(lines).not.toMatch(/^High/m);
    expect(lines).toContain('T2, contrast of a pair: positive against negative');
  }
});

test('a token without numbers is in the question, or not scored yet', () => {
  expect(contrastLines(hover(4), 0, '')).toBe('Contrast is computed for the answer only.\n\n');
  expect(contrastLines(hover(4), 1, '')).toBe('The pair has not scored this token yet.\n\n');
});
