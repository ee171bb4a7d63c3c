// Cuts a text that comes in parts, such as a large file, at hard boundaries.
import { nextHardBoundary, type HardBoundaries } from '../../tokenizer/hardBoundary';

/** UTF-16 units after a boundary that are read to tell whether it is one. */
const LOOKAHEAD = 2;

export interface CutText {
  readonly text: string;
  /** The UTF-16 unit before it; empty at the beginning. */
  readonly before: string;
}

/**
 * Pieces that end at the first hard boundary after `length` UTF-16 units. `parts` are cut between characters. No more is
 * held than a piece and a part; without boundaries the text is one piece.
 */
export function* cutText(
  boundaries: HardBoundaries | undefined,
  parts: Iterable<string>,
  length: number,
): Generator<CutText> {
  let text = '';
  let before = '';
  let searched = length;
  const take = (end: number): CutText => {
    const cut = { text: text.slice(0, end), before };
    before = text[end - 1]!;
    text = text.slice(end);
    searched = length;
    return cut;
  };
  for (const part of parts) {
    text += part;
    while (boundaries && searched < text.length - LOOKAHEAD) {
      const end = nextHardBoundary(boundaries, text, searched);
      if (end < text.length - LOOKAHEAD) yield take(end);
      else searched = Math.max(searched, text.length - LOOKAHEAD);
    }
  }
  while (text.length > 0) {
    yield take(boundaries ? nextHardBoundary(boundaries, text, length) : text.length);
  }
}
