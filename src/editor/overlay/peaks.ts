// Goes to the next or the previous peak of the lens.
import type { TextEditor } from 'vscode';
import { nearestPeak } from '../../core/lenses/peaks';
import type { Lens } from '../../core/lenses/lens';
import { UserError } from '../../core/errors';
import type { Range16 } from '../../protocol/types';
import type { TokenView } from '../../protocol/scores';
import { putCursor } from '../ui/goTo';
import { showBriefly } from '../ui/messages';
import type { EngineQueries } from '../engine/engineQueries';
import type { OverlayState } from './overlayState';
import { scoreText } from './scoreText';
import type { ShownTexts, TextAt } from './textSource';

export async function goToPeak(
  editor: TextEditor,
  { queries, shown }: { queries: EngineQueries; shown: ShownTexts },
  { lensId, lens }: Pick<OverlayState, 'lensId' | 'lens'>,
  direction: 1 | -1,
): Promise<void> {
  if (lens.scale.kind === 'alternate') {
    throw new UserError(
      `The lens "${lens.title}" has no peaks. Choose another one with "Tokenscope: Choose Lens…".`,
    );
  }
  const at = textAtCursor(editor, shown, lens);
  const bounds = lens.scale.kind === 'heat' ? lens.scale.bounds : undefined;
  const peakAt = () => queries.peak(at, lensId, direction, bounds);
  const peak = at.saved
    ? peakOf(at.saved.view, lens, at.utf16, direction)
    : await peakOfModel(at, queries, lens, direction, peakAt);
  if (peak === undefined) return;
  const [place] = peak ? at.placesOf(peak) : [];
  if (place) return putCursor(editor, place);
  const where = direction > 0 ? 'below' : 'above';
  showBriefly(`No ${lens.title.toLowerCase()} peak ${where}`);
}

/** What is not scored yet may hold a nearer one. Undefined if the user cancelled the scoring. */
async function peakOfModel(
  at: TextAt,
  queries: EngineQueries,
  lens: Lens,
  direction: 1 | -1,
  peakAt: () => ReturnType<EngineQueries['peak']>,
): Promise<Range16 | null | undefined> {
  const known = await peakAt();
  if (known?.unscored === 0) return known;
  // Up to the peak that is known, and its neighbour.
  const ahead =
    direction > 0
      ? { utf16Start: at.utf16, utf16End: known ? known.utf16End + 1 : at.text.getText().length }
      : { utf16Start: known ? Math.max(0, known.utf16Start - 1) : 0, utf16End: at.utf16 };
  if (!(await scoreText(queries, at.text, ahead, lens))) return undefined;
  return peakAt();
}

/** Throws `UserError` if the document is a file of traces and the cursor is in none of them. */
export function textAtCursor(editor: TextEditor, shown: ShownTexts, lens: Lens): TextAt {
  const { document, selection } = editor;
  const at = shown.textAt(document, document.offsetAt(selection.active), lens);
  if (at) return at;
  throw new UserError('In this file, lenses colour the traces. Place the cursor inside one.');
}

/** The nearest peak after (1) or before (-1) the token at an offset. */
function peakOf(view: TokenView, lens: Lens, from: number, direction: 1 | -1): Range16 | null {
  const { utf16Starts, utf16Ends, scores, ids } = view;
  const below = utf16Ends.findIndex(end => end > from);
  const here = below < 0 ? ids.length : below;
  // Saved tokens need not cover the text: the cursor may be between them.
  const isOn = here < ids.length && utf16Starts[here]! <= from;
  const start = direction > 0 && !isOn ? here : here + direction;
  const valueAt = (row: number) => lens.value(scores, row, row);
  const row = nearestPeak(lens, valueAt, ids.length, start, direction);
  if (row === undefined) return null;
  return { utf16Start: utf16Starts[row]!, utf16End: utf16Ends[row]! };
}
