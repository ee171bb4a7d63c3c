// The legend of a lens as the status item's tooltip tells it. In text, not in Markdown: the first Markdown that
// the host reads blocks it for 15 ms and more, which is a frame.
import type { Lens } from '../core/lenses';
import { legendOf } from '../core/scale';

/** The line below the tokens of each step of heat, as the palette draws it. */
const LINES = ['', '┈┈┈', '┈┈┈', '╌╌╌', '┉┉┉', '╍╍╍', '━━━', '═══'];

/** What the lens shows, its steps in words beside their lines, and the model's warnings. */
export function legendText(lens: Lens, warnings: readonly string[]): string {
  const isHeat = lens.scale.kind === 'heat';
  const steps = legendOf(lens.scale).map((words, step) =>
    isHeat ? `${LINES[step] || 'no line'}  ${words}` : words,
  );
  return [
    `${lens.title}: ${lens.meaning}`,
    steps.join('\n'),
    ...warnings.map(warning => `Warning. ${warning}`),
  ].join('\n\n');
}
