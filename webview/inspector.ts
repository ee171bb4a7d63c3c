// The inspector: the token at the cursor, and beside it which lens is on and its legend.
import { html, nothing, type TemplateResult } from 'lit';
import { lenses } from '../src/core/lenses';
import { legendOf } from '../src/core/scale';
import type { InspectorState, PageCommand } from '../src/protocol/page';
import { tokenTemplate } from './token';

type Run = (command: PageCommand) => void;

export function inspectorTemplate(state: InspectorState, run: Run): TemplateResult {
  if (!state.isOn) {
    return welcome(
      html`The overlay is off. It shows what a language model sees in your text: where it is cut
      into tokens, and how much each token surprises the model.`,
      [
        ['toggleOverlay', 'Turn the overlay on'],
        ['chooseLens', 'Choose a lens'],
      ],
      run,
    );
  }
  if (state.engine === 'failed') {
    return welcome(
      html`<span role="alert">${state.message}</span>`,
      [
        ['toggleOverlay', 'Try again'],
        ['showLog', 'Show the log'],
      ],
      run,
    );
  }
  if (state.engine !== 'ready') return welcome(html`Opening the model…`, [], run);
  return html`<div class="columns">${cursorTemplate(state)}${legendTemplate(state, run)}</div>`;
}

function welcome(text: TemplateResult, buttons: [PageCommand, string][], run: Run): TemplateResult {
  return html`<section class="welcome">
    <p>${text}</p>
    <p>${buttons.map(([command, label]) => button(command, label, run))}</p>
  </section>`;
}

function button(command: PageCommand, label: string, run: Run): TemplateResult {
  return html`<button type="button" @click=${() => run(command)}>${label}</button>`;
}

function legendTemplate(state: InspectorState, run: Run): TemplateResult {
  const lens = lenses[state.lens];
  const kind = lens.scale.kind;
  const steps = legendOf(lens.scale).map(
    (words, step) =>
      html`<li><span class="swatch ${kind}${step}" aria-hidden="true"></span>${words}</li>`,
  );
  return html`<section class="lens" aria-labelledby="lens">
    <h2 id="lens">${lens.title}</h2>
    <p>${lens.meaning}</p>
    <ul class="legend">
      ${steps}
    </ul>
    <p class="buttons">
      ${button('chooseLens', 'Choose a lens', run)} ${button('previousPeak', 'Previous peak', run)}
      ${button('nextPeak', 'Next peak', run)}
    </p>
  </section>`;
}

function cursorTemplate({ tokens, file, model }: InspectorState): TemplateResult {
  const none = html`<p>Put the cursor on a token to see what the model thought of it.</p>`;
  const rows =
    tokens && tokens.ids.length > 0
      ? Array.from(tokens.ids, (_, row) => tokenTemplate(tokens, row))
      : none;
  return html`<section class="cursor" aria-labelledby="cursor">
    <h2 id="cursor">At the cursor${file ? html` <small>${file}</small>` : nothing}</h2>
    ${rows}
    <p class="source">Model: ${model}</p>
  </section>`;
}
