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
      '       10.250  −0.010 to +1.500   9 ms  PSM, the line rolled back',
    ].join('\n'),
  );
  expect(page).toMatch(
    /\nCompletions use SPM, with the text after the rest of the word, .* as the suffix, from now on/,
  );
});

test('names each form of prompt, and lists places inside words where they were measured', () => {
  const row = { ...form, bitsPerByte: 1, differs: [0.1, 0.2] as [number, number], ms: 1 };
  const forms = [
    { ...row, mode: 'none' as const },
    { ...row, mode: 'psm' as const },
    { ...row, mode: 'psm' as const, rollback: 'boundary' as const },
  ];
  const calibration = { model: 'coder', cuts: 1, files: 1, day: '', rows: forms, chosen: form };
  const page = (inWords: Calibration['rows']) => calibrationText({ ...calibration, inWords });
  const plain = page([]);
  expect(plain).toMatch(/ the best +1 ms +only the text before the cursor\n/);
  expect(plain).toMatch(/\+0\.100 to \+0\.200 +1 ms +PSM, no rollback\n/);
  expect(plain).toMatch(/1 ms +PSM, the last word rolled back\n/);
  expect(plain).toMatch(/\nCompletions use SPM from now on if /);
  expect(plain).not.toMatch(/inside a word/);
  const inWords = page([row, { ...row, suffixFrom: 'boundary' }]);
  expect(inWords).toMatch(
    /inside a word.*\n\n.*the model is shown\n.*the text from the cursor on\n/s,
  );
  expect(inWords).toMatch(
    /ms +the text after the rest of the word, which the model writes itself\n/,
  );
});
