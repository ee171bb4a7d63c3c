// The legend of a lens as Markdown for the tooltip of the status item: each step as it is drawn in the text, by the theme's
// own colours. VS Code allows a span two styles, `color` and `background-color`, in this form alone.
import type { Lens } from '../../core/lenses/lens';
import { legendOf } from '../../core/lenses/scale';
import { stepLooks, type StepLook } from '../../core/lenses/steps';
import { CHANNEL_STEPS } from '../../core/sae/featureValues';
import { escapeMarkdown } from '../ui/escapeMarkdown';

/** [style]: a thin and a thick line, as characters. Lines above the tokens have no thickness to show. */
const LINES: Record<'bottom' | 'top', Record<StepLook['line'], readonly [string, string]>> = {
  bottom: {
    dotted: ['┈┈┈', '┉┉┉'],
    dashed: ['╌╌╌', '╍╍╍'],
    solid: ['───', '━━━'],
    double: ['═══', '═══'],
  },
  top: {
    dotted: ['▔·▔', '▔·▔'],
    dashed: ['▔ ▔', '▔ ▔'],
    solid: ['▔▔▔', '▔▔▔'],
    double: ['▔▔▔', '▔▔▔'],
  },
};

/** The meaning of the lens, its steps in words with their looks, and the model's warnings. */
export function legendMarkdown(
  lens: Lens,
  warnings: readonly string[],
  channels: readonly string[] = [],
): string {
  const { kind } = lens.scale;
  // Of a channel the strongest step: its line is the thickest.
  const lookOf = (step: number) =>
    stepLooks[kind][kind === 'channels' ? (step + 1) * CHANNEL_STEPS - 1 : step];
  const steps = legendOf(lens.scale, channels).map(
    (words, step) => `${swatch(lookOf(step))}&nbsp; ${escapeMarkdown(words)}`,
  );
  return [
    `**${escapeMarkdown(lens.title)}**: ${escapeMarkdown(lens.meaning)}`,
    steps.join('  \n'),
    ...(lens.scale.kind === 'heat' && lens.scale.about ? [`${lens.scale.about}.`] : []),
    ...warnings.map(warning => `Warning&#46; ${escapeMarkdown(warning)}`),
  ].join('\n\n');
}

/** What a token of the step looks like: its colours and its line. Blank for a step that is not painted. */
function swatch(look: StepLook | null | undefined): string {
  if (!look) return blanks(7);
  const line =
    look.side === 'left' ? blanks(5) : LINES[look.side][look.line][look.width > 1 ? 1 : 0];
  const style = `color:${variable(look.border)};background-color:${variable(look.background)};`;
  return `<span style="${style}">${blanks(1)}${line.replaceAll(' ', blanks(1))}${blanks(1)}</span>`;
}

function blanks(count: number): string {
  return '&nbsp;'.repeat(count);
}

/** The CSS variable of a theme colour. */
function variable(name: string): string {
  return `var(--vscode-tokenscope-${name})`;
}
