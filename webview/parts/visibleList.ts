// What the tabs that list the visible tokens share: when they are drawn, and the note beside the tabs.
import { html, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { VisibleTokens } from '../../src/protocol/page';
import type { Page } from '../page';
import { tokenRows } from './tokenRows';

export function visibleListTemplate(
  page: Page,
  list: VisibleTokens | null,
  template: (page: Page, list: VisibleTokens) => TemplateResult,
): TemplateResult {
  if (!list || tokenRows(list).length === 0) return html`<p>No text is visible.</p>`;
  // Not redrawn when the cursor moves: a thousand tokens take a while to draw.
  const { column, isDescending } = page.look;
  const { lens, second, firstToken } = page.shared;
  return html`${guard([list, lens, second, firstToken, column, isDescending], () => template(page, list))}`;
}

/** Which tokens are listed, and what the keys do. */
export function visibleListNote({ shared }: Page, list: VisibleTokens | null): TemplateResult {
  const listed = list ? tokenRows(list).length : 0;
  const total = list?.runs[0]?.view.total ?? 0;
  const which =
    list && listed < list.visible
      ? `${listed} of the ${list.visible} visible tokens, around the cursor`
      : `Visible: ${listed} of ${total} tokens`;
  const others = shared.second ? ` Tokens of ${shared.second} are shown where they differ.` : '';
  const words = `${which}.${others} Space selects, Enter also moves to the editor.`;
  return html`<span id="note" class="note" title=${words}>${words}</span>`;
}
