// The inspector: the token at the cursor with the legend, the visible text token by token, the same as
// a table, why the token at the cursor is one, how another tokenizer cuts the text, what byte may come
// at the cursor, which features fire, and how a trace's rollouts end.
import '@vscode-elements/elements/dist/vscode-tab-header/index.js';
import '@vscode-elements/elements/dist/vscode-tab-panel/index.js';
import '@vscode-elements/elements/dist/vscode-tabs/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { lenses } from '../src/core/lenses/lenses';
import { tabIds, type PageCommand, type TabId } from '../src/protocol/page';
import { button } from './parts/button';
import { compareTemplate } from './tabs/compare';
import { featuresTemplate } from './tabs/features';
import { legendTemplate } from './parts/legend';
import { nextByteTemplate } from './tabs/nextByte';
import { tabOf, type Page } from './page';
import { rolloutsTemplate } from './tabs/rollouts';
import { splitTemplate } from './tabs/split';
import { stripTemplate } from './tabs/text';
import { tableTemplate } from './tabs/table';
import { tokenTemplate } from './tabs/token';
import { tokenRows } from './parts/tokenRows';

interface Tab {
  readonly title: string;
  /** Whether the tokens on the screen are listed. */
  readonly lists?: boolean;
  template(page: Page): TemplateResult;
}

const tabs: Record<TabId, Tab> = {
  token: { title: 'Token', template: cursorTemplate },
  text: { title: 'Text', lists: true, template: page => listTemplate(page, stripTemplate) },
  table: { title: 'Table', lists: true, template: page => listTemplate(page, tableTemplate) },
  split: { title: 'Split', template: splitTemplate },
  compare: { title: 'Compare', template: compareTemplate },
  nextByte: { title: 'Next byte', template: nextByteTemplate },
  features: { title: 'Features', template: featuresTemplate },
  rollouts: { title: 'Rollouts', template: rolloutsTemplate },
};

export function inspectorTemplate(page: Page): TemplateResult {
  const { state } = page;
  if (!state.isOn) {
    return welcome(
      page,
      html`The overlay is off. It shows what a language model sees in your text: where it is cut
      into tokens, and how much each token surprises the model.`,
      [
        ['toggleOverlay', 'Turn the overlay on'],
        ['chooseLens', 'Choose a lens'],
      ],
    );
  }
  if (state.engine === 'failed') {
    return welcome(page, html`<span role="alert">${state.message}</span>`, [
      ['toggleOverlay', 'Try again'],
      ['showLog', 'Show the log'],
    ]);
  }
  if (state.engine !== 'ready') return welcome(page, html`Opening the model…`);
  return tabsTemplate(page);
}

function welcome(
  { run }: Page,
  text: TemplateResult,
  buttons: [PageCommand, string][] = [],
): TemplateResult {
  return html`<section class="welcome">
    <p>${text}</p>
    <p class="buttons">${buttons.map(([command, label]) => button(command, label, run))}</p>
  </section>`;
}

function tabsTemplate(page: Page): TemplateResult {
  const { look, change, run, state } = page;
  const choose = (event: CustomEvent<{ selectedIndex: number }>) =>
    change({ tab: event.detail.selectedIndex });
  const onKey = (event: KeyboardEvent) => {
    if (event.key === ' ') (event.target as HTMLElement).click();
  };
  const open = tabs[tabOf(look)];
  const headers = tabIds.map(
    id =>
      html`<vscode-tab-header slot="header" @keydown=${onKey}
        >${tabs[id].title}</vscode-tab-header
      >`,
  );
  const panels = tabIds.map(
    id =>
      html`<vscode-tab-panel
        >${tabs[id] === open ? open.template(page) : nothing}</vscode-tab-panel
      >`,
  );
  return html`<vscode-tabs panel .selectedIndex=${look.tab} @vsc-tabs-select=${choose}>
    ${headers}
    <div slot="addons" class="addons">
      ${open.lists ? noteTemplate(page) : nothing}
      ${button('chooseLens', `Lens: ${lenses[state.lens].title}`, run)}
    </div>
    ${panels}
  </vscode-tabs>`;
}

function cursorTemplate(page: Page): TemplateResult {
  const { tokens, file, model } = page.state;
  const none = html`<p>Put the cursor on a token to see what the model thought of it.</p>`;
  const rows =
    tokens && tokens.ids.length > 0
      ? Array.from(tokens.ids, (_, row) => tokenTemplate(tokens, row))
      : none;
  return html`<div class="columns">
    <section class="cursor" aria-labelledby="cursor">
      <h2 id="cursor">At the cursor${file ? html` <small>${file}</small>` : nothing}</h2>
      ${rows}
      <p class="source">Model: ${model}</p>
    </section>
    ${legendTemplate(page)}
  </div>`;
}

function listTemplate(page: Page, template: (page: Page) => TemplateResult): TemplateResult {
  const isEmpty = !page.list || tokenRows(page.list).length === 0;
  if (isEmpty) return html`<p>There is no text on the screen.</p>`;
  // Not with the cursor: a thousand tokens take a while to draw.
  const { column, isDescending } = page.look;
  const { lens, second } = page.state;
  return html`${guard([page.list, lens, second, column, isDescending], () => template(page))}`;
}

/** Which tokens are listed, and what the keys do. */
function noteTemplate({ list, state }: Page): TemplateResult {
  const listed = list ? tokenRows(list).length : 0;
  const total = list?.runs[0]?.view.total ?? 0;
  const which =
    list && listed < list.visible
      ? `${listed} of the ${list.visible} tokens on the screen, around the cursor`
      : `On the screen: ${listed} of ${total} tokens`;
  const others = state.second ? ` With those of ${state.second} where it cuts otherwise.` : '';
  const words = `${which}.${others} Space selects, Enter goes there.`;
  return html`<span id="note" class="note" title=${words}>${words}</span>`;
}
