// The legend of a lens, for the tooltip of the status item. Plain text: the first Markdown that the extension host
// parses blocks it for 15 ms and more, which is a frame.
import type { Lens } from '../../core/lenses/lens';
import { legendOf } from '../../core/lenses/scale';

/** The line below the tokens at each step of heat, as the palette draws it. */
const LINES = ['', '┈┈┈', '┈┈┈', '╌╌╌', '┉┉┉', '╍╍╍', '━━━', '═══'];

/** Above the tokens for negative values, below them for positive ones. */
const DIVERGING_LINES = ['▔▔▔', '▔▔▔', '▔▔▔', '▔▔▔', '', '┈┈┈', '┉┉┉', '━━━', '═══'];

/** For each pinned feature: below the tokens, then above. */
const CHANNEL_LINES = ['━━━', '╍╍╍', '┉┉┉', '▔▔▔', '▔ ▔', '▔·▔'];

/** The meaning of the lens, its steps in words with their lines, and the model's warnings. */
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
