// What a pair of models makes of the token, where the lens is about a pair.
import { escapeMarkdown } from '../ui/escapeMarkdown';
import type { HoverContext } from './hoverSection';

/** `explanation`: the lens's rows as Markdown; empty where the pair has not scored the token. */
export function contrastLines(
  { view, place }: HoverContext,
  row: number,
  explanation: string,
): string {
  const { pair } = view;
  const { answerStart } = place;
  if (!pair || !explanation)
    return view.utf16Ends[row]! > (answerStart ?? 0)
      ? 'The pair has not scored this token yet.\n\n'
      : 'Contrast is computed for the answer only.\n\n';
  return (
    // Below the numbers of every token, low ones too, so it speaks of high ones in general.
    `${explanation}A high contrast is only a hint. Rollouts show whether a token decides the answer.\n\n` +
    (answerStart === undefined ? '' : 'T2, contrast of a pair: ') +
    `${escapeMarkdown(pair.positive)} against ${escapeMarkdown(pair.negative)}\n\n`
  );
}
