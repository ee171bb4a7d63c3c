// The inspector: a welcome text while there is nothing to inspect, else the tabs.
import { html, nothing, type TemplateResult } from 'lit';
import { lenses } from '../src/core/lenses/lenses';
import type { PageCommand, TabId } from '../src/protocol/page';
import type { Page } from './page';
import { button } from './parts/button';
import './parts/wrappingTabs';
import { tabIds, tabs } from './tabs/tabs';

export function inspectorTemplate(page: Page): TemplateResult {
  const { isOn, engine, message } = page.shared;
  if (!isOn) {
    return welcome(
      page,
      html`The overlay is off. It shows your text as a language model sees it: how it is split into
      tokens, and how surprising each token is.`,
      [
        ['toggleOverlay', 'Turn the overlay on'],
        ['chooseLens', 'Choose a lens'],
      ],
    );
  }
  if (engine === 'failed') {
    return welcome(page, html`<span role="alert">${message}</span>`, [
      ['toggleOverlay', 'Try again'],
      ['showLog', 'Show the log'],
    ]);
  }
  if (engine === 'stopped') {
    return welcome(
      page,
      html`No model is open. It is opened when a text is shown, scrolled or edited.`,
      [['turnOverlayOn', 'Open the model']],
    );
  }
  if (engine === 'starting') return welcome(page, html`Opening the model…`);
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
  const { look, change, run, shared } = page;
  const choose = ({ detail }: CustomEvent<{ selectedIndex: number }>) =>
    change({ tab: tabIds[detail.selectedIndex]! });
  const onKey = (event: KeyboardEvent) => {
    if (event.key === ' ') (event.target as HTMLElement).click();
  };
  const headers = tabIds.map(
    id =>
      html`<vscode-tab-header slot="header" @keydown=${onKey}
        >${tabs[id].title}</vscode-tab-header
      >`,
  );
  const { note, panel } = openTab(page, look.tab);
  const panels = tabIds.map(
    id => html`<vscode-tab-panel>${id === look.tab ? panel : nothing}</vscode-tab-panel>`,
  );
  return html`<wrapping-tabs
    panel
    .selectedIndex=${tabIds.indexOf(look.tab)}
    @vsc-tabs-select=${choose}
  >
    ${headers}
    <div slot="addons" class="addons">
      ${note} ${button('chooseLens', `Lens: ${lenses[shared.lens].title}`, run)}
    </div>
    ${panels}
  </wrapping-tabs>`;
}

/** Nothing is drawn before a state arrives of the models and the text that are shown now. */
function openTab<T extends TabId>(page: Page, id: T) {
  const known = page.states[id];
  if (known?.source !== page.shared.source) return { note: nothing, panel: nothing };
  const tab = tabs[id];
  return { note: tab.note?.(page, known.state) ?? nothing, panel: tab.template(page, known.state) };
}
