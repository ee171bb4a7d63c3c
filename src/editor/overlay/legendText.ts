// The legend of a lens as the status item's tooltip tells it. In text, not in Markdown: the first Markdown that
// the host reads blocks it for 15 ms and more, which is a frame.
import type { Lens } from '../../core/lenses/lens';
import { legendOf } from '../../core/lenses/scale';

/** The line below the tokens of each step of heat, as the palette draws it. */
const LINES = ['', '┈┈┈', '┈┈┈', '╌╌╌', '┉┉┉', '╍╍╍', '━━━', '═══'];

/** The same for what is less than nothing, above the tokens, and for what is more. */
const DIVERGING_LINES = ['▔▔▔', '▔▔▔', '▔▔▔', '▔▔▔', '', '┈┈┈', '┉┉┉', '━━━', '═══'];

/** Of each pinned feature: below the tokens, then above. */
const CHANNEL_LINES = ['━━━', '╍╍╍', '┉┉┉', '▔▔▔', '▔ ▔', '▔·▔'];

/** What the lens shows, its steps in words beside their lines, and the model's warnings. */
export function legendText(
  lens: Lens,
  warnings: readonly string[],
  channels: readonly string[] = [],
): string {
  const { kind } = lens.scale;
  const lines = kind === 'heat' ? LINES : kind === 'channels' ? CHANNEL_LINES : DIVERGING_LINES;
  const steps = legendOf(lens.scale, channels).map((words, step) =>
    kind === 'alternate' ? words : `${lines[step] || 'no line'}  ${words}`,
  );
  return [
    `${lens.title}: ${lens.meaning}`,
    steps.join('\n'),
    ...warnings.map(warning => `Warning. ${warning}`),
  ].join('\n\n');
}
