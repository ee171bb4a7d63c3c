// The visible text as the model reads it: its tokens one by one, in the lens's colours, line by line.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Lens } from '../../src/core/lenses/lens';
import type { InspectorState, VisibleTokens } from '../../src/protocol/page';
import type { Page } from '../page';
import { listeners } from '../parts/roving';
import { heatClass, selectToken, tokenRows, valueOf, type TokenRow } from '../parts/tokenRows';
import { visibleListNote, visibleListTemplate } from '../parts/visibleList';
import type { Tab } from './tab';
import { shownLens } from '../parts/shownLens';

export const textTab: Tab<VisibleTokens> = {
  title: 'Text',
  template: (page, list) => visibleListTemplate(page, list, stripTemplate),
  note: visibleListNote,
};

function stripTemplate(page: Page, list: VisibleTokens): TemplateResult {
  const lens = shownLens(page.shared);
  const { onKey, onClick, onFocus } = listeners((element, goThere) =>
    selectToken(page, list, element, goThere),
  );
  const lines = repeat(
    linesOf(tokenRows(list)),
    tokens => tokens[0]!.line,
    tokens =>
      html`<div class="line" role="group" aria-label="line ${tokens[0]!.line}">
        <span class="lineNumber" aria-hidden="true">${tokens[0]!.line}</span>
        <span role="none" class="chips"
          >${repeat(
            tokens,
            token => token.index,
            token => chip(lens, token, page.shared),
          )}</span
        >
      </div>`,
  );
  return html`<div
    class="strip"
    role="listbox"
    aria-label="Tokens of the visible text"
    aria-describedby="note"
    data-tokens
    @keydown=${onKey}
    @click=${onClick}
    @focusin=${onFocus}
  >
    ${lines}
  </div>`;
}

/** The last token of a difference is followed by the tokens of the second tokenizer. */
function chip(lens: Lens, token: TokenRow, { second, firstToken }: InspectorState): TemplateResult {
  const value = valueOf(lens, token);
  const { spelled, others } = token;
  const score =
    lens.scale.kind === 'alternate'
      ? `index ${token.index - firstToken}`
      : Number.isNaN(value)
        ? 'no score'
        : lens.format(value);
  const words = others ? `${score}; ${second}: ${others.join(' ')}` : score;
  const pieces = others?.map(other => html`<code class="other">${other}</code>`);
  return html`<span
      class="chip ${heatClass(lens, token)} ${others ? 'differs' : ''}"
      role="option"
      tabindex="-1"
      data-token=${token.index}
      aria-selected="false"
      aria-label="${spelled}, ${words}"
      title=${words}
      >${spelled}</span
    >${
      token.endsDifference
        ? html`<span class="others" aria-hidden="true">${pieces}</span>`
        : nothing
    }`;
}

function linesOf(rows: readonly TokenRow[]): TokenRow[][] {
  const lines: TokenRow[][] = [];
  for (const row of rows) {
    if (lines.at(-1)?.[0]!.line === row.line) lines.at(-1)!.push(row);
    else lines.push([row]);
  }
  return lines;
}
