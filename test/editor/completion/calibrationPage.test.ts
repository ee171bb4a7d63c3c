import { expect, test } from 'vitest';
import { calibrationText } from '../../../src/editor/completion/calibrationPage';
import type { Calibration } from '../../../src/editor/completion/calibrations';

const form = { mode: 'spm', rollback: 'none', suffixFrom: 'cursor' } as const;

test('lists the forms of prompt in columns, the best first', () => {
  const calibration: Calibration = {
    model: 'coder',
    cuts: 50,
    files: 12,
    day: '2025-01-31',
    chosen: { ...form, suffixFrom: 'boundary' },
    rows: [
      { ...form, bitsPerByte: 0.5, differs: [0, 0], ms: 31.4 },
      { ...form, mode: 'psm', rollback: 'line', bitsPerByte: 10.25, differs: [-0.01, 1.5], ms: 9 },
    ],
    inWords: [],
  };
  const page = calibrationText(calibration);
  expect(page).toContain(
    [
      'bits per byte       more (95 %)   time  prompt',
      '        0.500          the best  31 ms  SPM',
      '       10.250  −0.010 to +1.500   9 ms  PSM, the line handed back',
    ].join('\n'),
  );
  expect(page).toMatch(
    /\nCompletions use SPM, with the text after the rest of the word, .* as the suffix, from now on/,
  );
});
