// A calibration as plain text in columns.
import type { CalibrationRow } from '../../core/completion/calibration';
import type { PromptForm } from '../../core/completion/prompt';
import type { Calibration } from './calibrations';

const BACK = {
  none: 'nothing handed back',
  boundary: 'the last word handed back',
  line: 'the line handed back',
};

const SHOWN = {
  cursor: 'the text from the cursor on',
  boundary: "the text behind the word's rest, which it writes itself",
};

export function calibrationText(calibration: Calibration): string {
  const { model, cuts, files, day, rows, inWords, chosen } = calibration;
  const shown = chosen.suffixFrom === 'boundary' ? `, and are shown ${SHOWN.boundary},` : '';
  return [
    `How ${model} completes best here`,
    `${cuts} random places in ${files} files of this workspace, on ${day}: how many bits the model needs for\n` +
      'each byte of what really stands there up to the end of the line. Fewer is better.',
    table(rows, 'prompt', nameOf),
    'PSM: the text before the cursor, the text behind it, then the middle.\n' +
      'SPM: the text behind the cursor first, then the text before it, which the model goes on writing.',
    ...(inWords.length > 0
      ? [
          'Where a word goes on behind the cursor: bits for what really stands there, and for its end.',
          table(inWords, 'the model is shown', ({ suffixFrom }) => SHOWN[suffixFrom]),
        ]
      : []),
    `Completions use ${nameOf(chosen)}${shown} from now on, where tokenscope.completion.fim is "auto".\n` +
      '"Tokenscope: Calibrate Completions for This Workspace" measures again.',
    '',
  ].join('\n\n');
}

function table(
  rows: readonly CalibrationRow[],
  what: string,
  nameOf: (row: CalibrationRow) => string,
): string {
  const lines = rows.map((row, i) => {
    const [low, high] = row.differs;
    const differs = i === 0 ? 'the best' : `${signed(low)} to ${signed(high)}`;
    return [
      row.bitsPerByte.toFixed(3).padStart(13),
      differs.padStart(20),
      `${row.ms.toFixed(0)} ms`.padStart(8),
      `   ${nameOf(row)}`,
    ].join('');
  });
  const head = `${'bits per byte'.padStart(13)}${'more (95 %)'.padStart(20)}${'time'.padStart(8)}   ${what}`;
  return [head, ...lines].join('\n');
}

function nameOf({ mode, rollback }: PromptForm): string {
  if (mode === 'none') return 'the text before the cursor alone';
  return mode === 'spm' ? 'SPM' : `PSM, ${BACK[rollback]}`;
}

function signed(bits: number): string {
  return `${bits < 0 ? '−' : '+'}${Math.abs(bits).toFixed(3)}`;
}
