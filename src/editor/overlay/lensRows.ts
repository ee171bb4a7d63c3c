// The list of lenses, in their groups.
import { QuickPickItemKind, type QuickPickItem } from 'vscode';
import { lensGroups, type LensGroup } from '../../core/lenses/lens';
import { lensIds, lenses, type LensId } from '../../core/lenses/lenses';
import type { OverlayState } from './overlayState';

/** `id`: null for no lens; absent for the header of a group. */
export interface LensRow extends QuickPickItem {
  readonly id?: LensId | null;
}

export function lensRows({ isOn, lensId }: Pick<OverlayState, 'isOn' | 'lensId'>): LensRow[] {
  const groups = Object.keys(lensGroups) as LensGroup[];
  const rows = groups.flatMap((group): LensRow[] => [
    { label: lensGroups[group], kind: QuickPickItemKind.Separator },
    ...lensIds
      .filter(id => lenses[id].group === group)
      .map(id => ({
        id,
        label: lenses[id].title,
        detail: lenses[id].meaning,
        ...(isOn && lensId === id ? { description: 'shown now' } : {}),
      })),
  ]);
  if (!isOn) return rows;
  const off = { id: null, label: 'Off', detail: 'Remove the overlay from the text.' };
  return [...rows, { label: '', kind: QuickPickItemKind.Separator }, off];
}
