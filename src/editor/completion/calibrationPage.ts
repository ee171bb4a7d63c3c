// A calibration as Markdown.
import type { CalibrationRow } from '../../core/completion/calibration';
import type { Calibration } from './calibrations';

export function calibrationMarkdown({ model, cuts, files, day, rows }: Calibration): string {
  const [best] = rows;
  const table = rows.map(row => {
    const [low, high] = row.differs;
    const differs = row === best ? '' : `${signed(low)} to ${signed(high)}`;
    return `| ${nameOf(row)} | ${row.bitsPerByte.toFixed(3)} | ${differs} | ${row.ms.toFixed(0)} |`;
  });
  return [
    `# How ${model} completes best here`,
    `${cuts} random places in ${files} files of this workspace, on ${day}: how many bits the model needs for each byte ` +
      `of what really stands there up to the end of the line, over all ways to cut it into tokens. Fewer is better.`,
    [
      '| prompt | bits per byte | more than the best (95 % of resamples) | ms |',
      '|---|--:|---|--:|',
      ...table,
    ].join('\n'),
    `Completions use **${nameOf(best!)}** from now on, where \`tokenscope.completion.fim\` is \`auto\`. ` +
      '*Tokenscope: Calibrate Completions for This Workspace* measures again.',
    '',
  ].join('\n\n');
}

function nameOf({ mode, handBack }: CalibrationRow): string {
  if (mode === 'none') return 'the text before the cursor alone';
  if (mode === 'spm') return 'SPM: the text behind, then the text before, which it goes on writing';
  const back = {
    none: 'nothing handed back',
    boundary: 'the last word handed back',
    line: 'the line handed back',
  };
  return `PSM: the text before, the text behind, then the middle; ${back[handBack]}`;
}

function signed(bits: number): string {
  return `${bits < 0 ? '−' : '+'}${Math.abs(bits).toFixed(3)}`;
}
