// A calibration as plain text in columns.
import { columns } from '../../core/columns';
import type { CalibrationRow } from '../../core/completion/calibration';
import type { PromptForm } from '../../core/completion/prompt';
import { formatSigned } from '../../core/format';
import { showHidden } from '../../core/showHidden';
import type { Calibration } from './calibrations';

const ROLLBACKS = {
  none: 'no rollback',
  boundary: 'the last word rolled back',
  line: 'the line rolled back',
};

const SUFFIXES = {
  cursor: 'the text from the cursor on',
  boundary: 'the text after the rest of the word, which the model writes itself',
};

export function calibrationText(calibration: Calibration): string {
  const { model, cuts, files, day, rows, inWords, chosen } = calibration;
  const suffix =
    chosen.suffixFrom === 'boundary' ? `, with ${SUFFIXES.boundary} as the suffix,` : '';
  return [
    `Calibration of ${showHidden(model)} for this workspace`,
    `${cuts} random places in ${files} files of this workspace, on ${day}: bits per byte of\n` +
      'the actual text up to the end of the line. Lower is better.',
    table(rows, 'prompt', nameOf),
    'PSM: the text before the cursor, the text after it, then the middle.\n' +
      'SPM: the text after the cursor first, then the text before it, which the model continues.',
    ...(inWords.length > 0
      ? [
          'If the cursor is inside a word: bits for the actual text, including where it ends.',
          table(inWords, 'the model is shown', ({ suffixFrom }) => SUFFIXES[suffixFrom]),
        ]
      : []),
    `Completions use ${nameOf(chosen)}${suffix} from now on if tokenscope.completion.fim is "auto".\n` +
      'Run "Tokenscope: Calibrate Completions for This Workspace" to measure again.',
    '',
  ].join('\n\n');
}

function table(
  rows: readonly CalibrationRow[],
  title: string,
  nameOf: (row: CalibrationRow) => string,
): string {
  const cells = rows.map((row, i) => {
    const [low, high] = row.differs;
    const differs = i === 0 ? 'the best' : `${formatSigned(low, 3)} to ${formatSigned(high, 3)}`;
    return [row.bitsPerByte.toFixed(3), differs, `${row.ms.toFixed(0)} ms`, nameOf(row)];
  });
  const head = ['bits per byte', 'more (95 %)', 'time', title];
  return columns([head, ...cells], ['right', 'right', 'right', 'left']).join('\n');
}

function nameOf({ mode, rollback }: PromptForm): string {
  if (mode === 'none') return 'only the text before the cursor';
  return mode === 'spm' ? 'SPM' : `PSM, ${ROLLBACKS[rollback]}`;
}
