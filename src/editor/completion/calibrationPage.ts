// A calibration as plain text in columns.
import type { CalibrationRow } from '../../core/completion/calibration';
import type { Calibration } from './calibrations';

const BACK = {
  none: 'nothing handed back',
  boundary: 'the last word handed back',
  line: 'the line handed back',
};

export function calibrationText({ model, cuts, files, day, rows }: Calibration): string {
  const [best] = rows;
  const lines = rows.map(row => {
    const [low, high] = row.differs;
    const differs = row === best ? 'the best' : `${signed(low)} to ${signed(high)}`;
    return [
      row.bitsPerByte.toFixed(3).padStart(13),
      differs.padStart(20),
      `${row.ms.toFixed(0)} ms`.padStart(8),
      `   ${nameOf(row)}`,
    ].join('');
  });
  return [
    `How ${model} completes best here`,
    `${cuts} random places in ${files} files of this workspace, on ${day}: how many bits the model needs for\n` +
      'each byte of what really stands there up to the end of the line. Fewer is better.',
    [
      `${'bits per byte'.padStart(13)}${'more (95 %)'.padStart(20)}${'time'.padStart(8)}   prompt`,
      ...lines,
    ].join('\n'),
    'PSM: the text before the cursor, the text behind it, then the middle.\n' +
      'SPM: the text behind the cursor first, then the text before it, which the model goes on writing.',
    `Completions use ${nameOf(best!)} from now on, where tokenscope.completion.fim is "auto".\n` +
      '"Tokenscope: Calibrate Completions for This Workspace" measures again.',
    '',
  ].join('\n\n');
}

function nameOf({ mode, handBack }: CalibrationRow): string {
  if (mode === 'none') return 'the text before the cursor alone';
  return mode === 'spm' ? 'SPM' : `PSM, ${BACK[handBack]}`;
}

function signed(bits: number): string {
  return `${bits < 0 ? '−' : '+'}${Math.abs(bits).toFixed(3)}`;
}
