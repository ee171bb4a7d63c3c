// What the overlay draws in the active editor, as a value that can be compared.
import type { Workbench } from '../host/workbench.mjs';

/** Settings under which a lens looks alike in every window: no scale is measured meanwhile. */
export const FIXED_SCALE = {
  'tokenscope.overlay.scale': 'fixed',
  'tokenscope.overlay.density': 'full',
};

export function openFixed(ui: Workbench): Promise<void> {
  return ui.open(FIXED_SCALE);
}

/** The painted ranges in reading order: where, how wide, which colour and which line below. */
export async function drawn(ui: Workbench): Promise<string> {
  const pieces = await ui.backgrounds();
  const margin = Math.min(...pieces.map(piece => piece.left));
  const places = pieces.map(({ left, top, width, backgroundColor, borderBottom }) => [
    Math.round(top),
    Math.round(left - margin),
    Math.round(width),
    backgroundColor,
    borderBottom,
  ]);
  places.sort(([topA, leftA], [topB, leftB]) => +topA! - +topB! || +leftA! - +leftB!);
  return JSON.stringify(places);
}

/** What is drawn, once it stays the same for half a second. */
export async function settled(ui: Workbench): Promise<string> {
  let before = '';
  for (let same = 0; same < 5;) {
    await ui.page.waitForTimeout(100);
    const now = await drawn(ui);
    same = now === before ? same + 1 : 0;
    before = now;
  }
  return before;
}
