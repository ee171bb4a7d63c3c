// The legend of a lens, for the tooltip of the status item. Plain text: the first Markdown that the extension host
// parses blocks it for 15 ms and more, which is a frame.
import type { Lens } from '../../core/lenses/lens';
import { legendOf } from '../../core/lenses/scale';
import { stepLooks, type StepLook } from '../../core/lenses/steps';
import { CHANNEL_STEPS } from '../../core/sae/featureValues';

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

function lineOf(look: StepLook | null | undefined): string {
  if (!look || look.side === 'left') return 'no line';
  return LINES[look.side][look.line][look.width > 1 ? 1 : 0];
}

/** The meaning of the lens, its steps in words with their lines, and the model's warnings. */
export function legendText(
  lens: Lens,
  warnings: readonly string[],
  channels: readonly string[] = [],
): string {
  const { kind } = lens.scale;
  // Of a channel the strongest step: its line is the thickest.
  const lookOf = (step: number) =>
    stepLooks[kind][kind === 'channels' ? (step + 1) * CHANNEL_STEPS - 1 : step];
  const steps = legendOf(lens.scale, channels).map((words, step) =>
    kind === 'alternate' ? words : `${lineOf(lookOf(step))}  ${words}`,
  );
  return [
    `${lens.title}: ${lens.meaning}`,
    steps.join('\n'),
    ...warnings.map(warning => `Warning. ${warning}`),
  ].join('\n\n');
}
