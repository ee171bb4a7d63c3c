// Which ranges of a text get which step of the palette: plain numbers in, plain numbers out.
import type { Lens } from '../../core/lenses/lens';
import { stepOf } from '../../core/lenses/scale';
import type { CharacterView, TokenView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';

/** Ranges by step, in text order. Neighbours of one step are one range, except for alternating shades. */
export function rangesByStep(view: TokenView | CharacterView, lens: Lens): Map<number, Range16[]> {
  const value = (i: number) =>
    'bits' in view ? view.bits[i]! : lens.value(view.scores, i, view.first + i);
  const byStep = new Map<number, Range16[]>();
  const merges = lens.scale.kind !== 'alternate';
  const count = view.utf16Starts.length;
  for (let token = 0; token < count;) {
    const utf16Start = view.utf16Starts[token]!;
    const utf16End = view.utf16Ends[token]!;
    let step = -1;
    // Tokens that split a character share its span: the hottest of them is shown.
    do step = Math.max(step, stepOf(lens.scale, value(token)));
    while (++token < count && view.utf16Starts[token]! < utf16End);
    if (step < 0) continue;
    const ranges = byStep.get(step) ?? [];
    byStep.set(step, ranges);
    const last = ranges.at(-1);
    if (merges && last?.utf16End === utf16Start) last.utf16End = utf16End;
    else ranges.push({ utf16Start, utf16End });
  }
  return byStep;
}

/** Characters that more than one token shares. */
export function splitCharacters(view: TokenView | CharacterView): Range16[] {
  const split: Range16[] = [];
  for (let token = 1; token < view.utf16Starts.length; token++) {
    const utf16Start = view.utf16Starts[token]!;
    if (utf16Start >= view.utf16Ends[token - 1]! || split.at(-1)?.utf16Start === utf16Start)
      continue;
    split.push({ utf16Start, utf16End: view.utf16Ends[token]! });
  }
  return split;
}

export type WhitespaceKind = 'space' | 'tab' | 'lineEnd';
const BLANKS: Record<string, WhitespaceKind> = { ' ': 'space', '\t': 'tab', '\n': 'lineEnd' };

/** Offsets of blanks in a text that begins at `utf16Start`; a CRLF counts once, at its first character. */
export function whitespaceIn(
  text: string,
  utf16Start: number,
): { kind: WhitespaceKind; utf16: number }[] {
  return [...text.matchAll(/ |\t|\r?\n/g)].map(match => ({
    kind: BLANKS[match[0].at(-1)!]!,
    utf16: utf16Start + match.index,
  }));
}
