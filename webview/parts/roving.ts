// The keyboard in a list of tokens: one of them is in the Tab order, the arrow keys move by positions on the screen,
// Home and End go to the ends, Space selects the token in the editor, and Enter also moves the focus there.

import { keepFocusNear } from './lostFocus';

const TOKEN = '[data-token]';
const STOP = `${TOKEN}[tabindex="0"]`;

type Choose = (element: HTMLElement, goThere: boolean) => void;

/** Listeners of the element with `data-tokens`, whose tokens carry `data-token` and begin with tabindex -1. */
export function listeners(choose: Choose) {
  return {
    onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const token = tokenOf(event);
      if (!token) return;
      if (event.key === 'Enter' || event.key === ' ') choose(token, event.key === 'Enter');
      else if (!(event.key in moves)) return;
      else moves[event.key]!(token, tokensIn(event.currentTarget as HTMLElement))?.focus();
      event.preventDefault();
    },
    onClick(event: Event) {
      const token = tokenOf(event);
      if (token) choose(token, false);
    },
    onFocus(event: Event) {
      const token = tokenOf(event);
      if (token) setStop(event.currentTarget as HTMLElement, token);
    },
  };
}

/**
 * Runs `draw`, marks the tokens at the cursor, and keeps the focus on the token that has it, or near what had it. If no
 * token has it, Tab leads to the token at the cursor.
 */
export function drawKeepingFocus(draw: () => void, cursor: readonly number[]): void {
  const focused = document.activeElement?.closest<HTMLElement>(TOKEN)?.dataset.token;
  const shownBefore = atCursor();
  const before = shownBefore?.dataset.token;
  const keepNear = keepFocusNear();
  draw();
  const list = document.querySelector<HTMLElement>('[data-tokens]');
  if (!list || focused === undefined) keepNear();
  if (!list) return;
  mark(list, cursor);
  const first = list.querySelector<HTMLElement>(TOKEN);
  const stop = list.querySelector<HTMLElement>(STOP);
  if (focused !== undefined) {
    const kept = list.querySelector<HTMLElement>(`[data-token="${focused}"]`);
    const next = kept ?? atCursor() ?? stop ?? first;
    if (next !== document.activeElement) next?.focus();
    return;
  }
  const current = atCursor();
  const next = current ?? stop ?? first;
  if (next) setStop(list, next);
  const hasMoved = current !== shownBefore || current?.dataset.token !== before;
  // After the frame, since a tab that has just been opened is not laid out yet.
  if (hasMoved) requestAnimationFrame(() => current?.scrollIntoView({ block: 'nearest' }));
}

const atCursor = () => document.querySelector<HTMLElement>(`${TOKEN}[aria-selected="true"]`);

/** Sets the attribute directly, so that a move of the cursor does not redraw a thousand tokens. */
function mark(list: HTMLElement, cursor: readonly number[]): void {
  for (const token of list.querySelectorAll(`${TOKEN}[aria-selected="true"]`))
    token.ariaSelected = 'false';
  for (const index of cursor) {
    const token = list.querySelector(`[data-token="${index}"]`);
    if (token) token.ariaSelected = 'true';
  }
}

function tokensIn(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(TOKEN)];
}

function tokenOf(event: Event): HTMLElement | null {
  return (event.target as Element).closest<HTMLElement>(TOKEN);
}

function setStop(list: HTMLElement, token: HTMLElement): void {
  for (const stop of list.querySelectorAll<HTMLElement>(STOP)) stop.tabIndex = -1;
  token.tabIndex = 0;
}

type Move = (from: HTMLElement, all: HTMLElement[]) => HTMLElement | undefined;

const moves: Record<string, Move> = {
  ArrowLeft: (from, all) => all[all.indexOf(from) - 1],
  ArrowRight: (from, all) => all[all.indexOf(from) + 1],
  ArrowUp: (from, all) => nearest(from, all, above(from, 0)),
  ArrowDown: (from, all) => nearest(from, all, below(from, 0)),
  PageUp: (from, all) => nearest(from, all, above(from, pageOf(from))) ?? all[0],
  PageDown: (from, all) => nearest(from, all, below(from, pageOf(from))) ?? all.at(-1),
  Home: (_, all) => all[0],
  End: (_, all) => all.at(-1),
};

/** Whether a box ends at least `by` pixels above the top of a token, or begins as far below its bottom. */
const above = (from: HTMLElement, by: number) => (box: DOMRect) =>
  box.bottom <= from.getBoundingClientRect().top - by + 1;
const below = (from: HTMLElement, by: number) => (box: DOMRect) =>
  box.top >= from.getBoundingClientRect().bottom + by - 1;

/** The visible height of the list, less one line. */
function pageOf(from: HTMLElement): number {
  const height = from.closest('vscode-tab-panel')?.clientHeight ?? window.innerHeight;
  return Math.max(0, height - 3 * from.offsetHeight);
}

/** The token on the nearest line that fits, and the nearest one there. */
function nearest(from: HTMLElement, all: HTMLElement[], fits: (box: DOMRect) => boolean) {
  const { left, top } = from.getBoundingClientRect();
  let best: HTMLElement | undefined;
  let bestFar: [number, number] = [Infinity, Infinity];
  for (const token of all) {
    const box = token.getBoundingClientRect();
    if (!fits(box)) continue;
    const far: [number, number] = [Math.abs(box.top - top), Math.abs(box.left - left)];
    if (far[0] > bestFar[0] || (far[0] === bestFar[0] && far[1] >= bestFar[1])) continue;
    best = token;
    bestFar = far;
  }
  return best;
}
