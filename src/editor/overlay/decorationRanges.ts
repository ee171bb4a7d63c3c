// Which ranges of a text get which step of the palette: plain numbers in, plain numbers out.
import type { Lens } from '../../core/lenses/lens';
import { stepOf } from '../../core/lenses/scale';
import type { CharacterView, TokenView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';

/**
 * Ranges by step, in text order, each character in one of them at most. Neighbours of one step are one range, except for
 * alternating shades.
 */
export function rangesByStep(view: TokenView | CharacterView, lens: Lens): Map<number, Range16[]> {
  const value = (i: number) =>
    'bits' in view ? view.bits[i]! : lens.value(view.scores, i, view.first + i);
  const byStep = new Map<number, Range16[]>();
  const merges = lens.scale.kind !== 'alternate';
  const { utf16Starts: starts, utf16Ends: ends } = view;
  const count = starts.length;
  let utf16Start = 0;
  for (let first = 0; first < count;) {
    utf16Start = Math.max(utf16Start, starts[first]!);
    // Tokens that split a character share it: there the hottest of them is shown.
    let step = -1;
    let utf16End = Infinity;
    let goesOn = merges;
    let token = first;
    for (; token < count && starts[token]! <= utf16Start; token++) {
      if (ends[token]! <= utf16Start) continue;
      step = Math.max(step, stepOf(lens.scale, value(token)));
      utf16End = Math.min(utf16End, ends[token]!);
      goesOn ||= starts[token]! < utf16Start;
    }
    if (utf16End < Infinity) {
      if (token < count) utf16End = Math.min(utf16End, starts[token]!);
      if (step >= 0) {
        const ranges = byStep.get(step) ?? [];
        byStep.set(step, ranges);
        const last = ranges.at(-1);
        if (goesOn && last?.utf16End === utf16Start) last.utf16End = utf16End;
        else ranges.push({ utf16Start, utf16End });
      }
      utf16Start = utf16End;
    }
    while (first < count && ends[first]! <= utf16Start) first++;
  }
  return byStep;
}

/** Characters that more than one token shares. */
export function splitCharacters(view: TokenView | CharacterView): Range16[] {
  const split: Range16[] = [];
  for (let token = 1; token < view.utf16Starts.length; token++) {
    const utf16Start = view.utf16Starts[token]!;
    const utf16End = Math.min(view.utf16Ends[token - 1]!, view.utf16Ends[token]!);
    if (utf16Start >= utf16End || split.at(-1)?.utf16Start === utf16Start) continue;
    split.push({ utf16Start, utf16End });
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
