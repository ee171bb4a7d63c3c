// The tokens on the screen, one object each, as strip and table draw them.
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
  /** On which it begins, from 1. */
  readonly line: number;
  /** The tokens of the second tokenizer where it stands, if that cuts here otherwise. */
  readonly others: readonly string[] | undefined;
  /** Whether the next token stands in another stretch, or is cut alike. */
  readonly endsDifference: boolean;
  /** Where its numbers are. */
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
    const cutOtherwise = second ? othersOf(view, second) : [];
    view.bytes!.forEach((bytes, at) => {
      const index = view.first + at;
      const others = cutOtherwise[at];
      const row = {
        ...{ index, id: view.ids[at]!, spelled: displayToken(bytes), hex: formatHex(bytes), line },
        ...{ others, endsDifference: others !== undefined && others !== cutOtherwise[at + 1] },
      };
      // A token across a fold belongs to the stretch before it.
      if (index > (rows.at(-1)?.index ?? -1)) rows.push({ ...row, view, at });
      for (const byte of bytes) if (byte === LINE_END) line++;
    });
  }
  return rows;
}

/** [token of the first]; one array for all tokens of a stretch, none where both have the same token. */
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

/** The class that colours a token as the overlay does; none where its value is unknown. */
export function heatClass(lens: Lens, row: TokenRow): string {
  const step = stepOf(lens.scale, valueOf(lens, row));
  return step < 0 ? '' : `${lens.scale.kind}${step}`;
}

/** Selects in the editor the token that an element stands for. */
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
