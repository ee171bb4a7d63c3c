// The visible tokens, one object each, as the tabs Text and Table draw them.
import { differencesOf } from '../../src/core/text/boundaryDifferences';
import type { Lens } from '../../src/core/lenses/lens';
import { formatHex } from '../../src/core/format';
import { stepOf } from '../../src/core/lenses/scale';
import { displayToken } from '../../src/core/displayToken';
import type { TokenView } from '../../src/protocol/scores';
import type { VisibleTokens } from '../../src/protocol/page';
import type { Page } from '../page';

export interface TokenRow {
  /** In the document, from 0. */
  readonly index: number;
  readonly id: number;
  readonly spelled: string;
  readonly hex: string;
  /** The line that it begins on, from 1. */
  readonly line: number;
  /** The tokens of the second tokenizer in its place, if that splits the text differently here. */
  readonly others: readonly string[] | undefined;
  /** Whether it is the last token of a difference between the tokenizers. */
  readonly endsDifference: boolean;
  /** The view that has its numbers, and its index there. */
  readonly view: TokenView;
  readonly at: number;
}

const LINE_END = 0x0a;
const known = new WeakMap<VisibleTokens, TokenRow[]>();

export function tokenRows(list: VisibleTokens): TokenRow[] {
  const rows = known.get(list) ?? [];
  if (known.has(list)) return rows;
  known.set(list, rows);
  for (const { line: firstLine, view, second } of list.runs) {
    let line = firstLine;
    const secondTokens = second ? othersOf(view, second) : [];
    view.bytes!.forEach((bytes, at) => {
      const index = view.first + at;
      const others = secondTokens[at];
      // A token that extends across a fold belongs to the run before the fold.
      if (index > (rows.at(-1)?.index ?? -1))
        rows.push({
          index,
          id: view.ids[at]!,
          spelled: displayToken(bytes),
          hex: formatHex(bytes),
          line,
          others,
          endsDifference: others !== undefined && others !== secondTokens[at + 1],
          view,
          at,
        });
      for (const byte of bytes) if (byte === LINE_END) line++;
    });
  }
  return rows;
}

/** [token of the first]: one array for all tokens of a difference, undefined where both have the same token. */
function othersOf(view: TokenView, second: TokenView): (readonly string[] | undefined)[] {
  const others: (readonly string[] | undefined)[] = [];
  for (const { first, end, otherFirst, otherEnd } of differencesOf(
    view.byteEnds,
    second.byteEnds,
  )) {
    const spelled = second.bytes!.slice(otherFirst, otherEnd).map(displayToken);
    for (let at = first; at < end; at++) others[at] = spelled;
  }
  return others;
}

export function valueOf(lens: Lens, { view, at, index }: TokenRow): number {
  return lens.value(view.scores, at, index);
}

/** The class that colours a token as the overlay does; empty where its value is unknown. */
export function heatClass(lens: Lens, row: TokenRow): string {
  const step = stepOf(lens.scale, valueOf(lens, row));
  return step < 0 ? '' : `${lens.scale.kind}${step}`;
}

/** Selects the token of an element in the editor. */
export function selectToken(
  { select }: Page,
  list: VisibleTokens,
  element: HTMLElement,
  goThere: boolean,
): void {
  const row = tokenRows(list).find(({ index }) => String(index) === element.dataset.token);
  if (!row) return;
  const { uri, version } = list;
  const utf16Start = row.view.utf16Starts[row.at]!;
  select({ uri, version, utf16Start, utf16End: row.view.utf16Ends[row.at]!, goThere });
}
