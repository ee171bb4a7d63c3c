// The features of the document, the choice of what counts as active, and the pinned features.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatDensity, formatShareOfMax } from '../../src/core/sae/featureFormat';
import type { FeatureSelection, FeatureTable } from '../../src/protocol/features';
import type { FeaturesState } from '../../src/protocol/page';
import type { Page } from '../page';
import { button } from '../parts/button';
import { featureLink } from '../parts/featureLink';
import { channelClass } from '../parts/legend';
import { counted } from '../parts/plural';

const CHOICES: { title: string; choice: FeatureSelection }[] = [
  { title: 'its own threshold', choice: { kind: 'own' } },
  ...[4, 8, 16, 32].map(k => ({
    title: `the top ${k} of each token`,
    choice: { kind: 'topK', k } as const,
  })),
  ...[1, 2, 4, 8, 16, 32, 64].map(perToken => ({
    title: `the highest in this document, ${perToken} per token`,
    choice: { kind: 'budget', perToken } as const,
  })),
];

export function featureTableTemplate(
  page: Page,
  state: FeaturesState,
  table: FeatureTable | null,
): TemplateResult {
  if (!table) return html``;
  const { look, change } = page;
  const own = JSON.stringify(look.choice);
  const chosen = CHOICES.findIndex(({ choice }) => JSON.stringify(choice) === own);
  const choose = (event: Event) => {
    const { choice, title } = CHOICES[Number((event.target as HTMLSelectElement).value)]!;
    change({ choice }, `Counted as active: ${title}`);
  };
  const rows = table.rows.map(
    row =>
      html`<tr>
        <td class="feature">${featureLink(page, row)}</td>
        <td class="number">${row.tokens}</td>
        <td class="number">
          <button
            type="button"
            class="link"
            title="Go to the token where it is highest"
            @click=${() => page.open({ uri: state.uri, ...row.at })}
          >
            ${row.value.toFixed(2)}
          </button>
        </td>
        <td class="number">${formatShareOfMax(row.value, row)}</td>
        <td class="number">${formatDensity(row.density)}</td>
        <td class="number">${row.surprise.toFixed(1)}</td>
      </tr>`,
  );
  const { sae } = state;
  const unlabelled = sae!.labelled === 0;
  const fvu =
    table.fvu === null ? '' : `, ${(100 * table.fvu).toFixed(1)} % of the variance unexplained`;
  return html`<section aria-labelledby="document">
    <h2 id="document">In this document <small>${state.file}</small></h2>
    <p>
      ${counted(table.tokens, 'token')}, ${table.l0 === null ? '–' : table.l0.toFixed(1)} active
      features per
      token${fvu}.${table.pending > 0 ? ` ${counted(table.pending, 'token')} more are pending.` : ''}
    </p>
    ${table.warning ? html`<p class="warning" role="alert">${table.warning}</p>` : nothing}
    <p>
      <label
        >Counts as active:
        <select @change=${choose}>
          ${CHOICES.map(
            ({ title }, i) => html`<option value=${i} ?selected=${i === chosen}>${title}</option>`,
          )}
        </select></label
      >
      ${
        look.choice.kind === 'budget'
          ? html`<small
              >Relative to this document: an edit anywhere can change it everywhere.</small
            >`
          : nothing
      }
    </p>
    ${pinsTemplate(page, state)}
    <table aria-labelledby="document">
      <caption>
        Sorted by value · log(1 / density), without densities above
        ${Math.round(1000 * state.densityCutoff) / 10} %
      </caption>
      <thead>
        <tr>
          <th scope="col">feature</th>
          <th scope="col" class="number">tokens</th>
          <th scope="col" class="number">highest</th>
          <th scope="col" class="number">of max</th>
          <th scope="col" class="number">density</th>
          <th scope="col" class="number">surprise</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    <p class="source">
      ${sae!.name} (${sae!.format}, ${sae!.features} features at
      ${sae!.hook})${sae!.knowsMax ? '' : '; maxima are those seen in open texts'}${unlabelled ? '; no feature has a label' : ''}
    </p>
    <p class="buttons">
      ${button('findFeature', 'Find a feature', page.run)}
      ${unlabelled ? button('getLabels', 'Get labels', page.run) : nothing}
      ${button('exportFeatures', 'Export', page.run)}
    </p>
  </section>`;
}

/** The legend of the pinned features, each with its threshold. */
function pinsTemplate(page: Page, { pins }: FeaturesState): TemplateResult | typeof nothing {
  if (pins.length === 0) return nothing;
  // By feature: a slider keeps the position to which it was moved.
  const rows = repeat(
    pins,
    ({ feature }) => feature,
    ({ feature, threshold }, channel) => {
      const set = (event: Event) =>
        page.feature({
          feature,
          act: 'pin',
          threshold: Number((event.target as HTMLInputElement).value) / 100,
        });
      return html`<li>
        <span class="swatch ${channelClass(channel)}" aria-hidden="true"></span>
        <button type="button" class="link" @click=${() => page.feature({ feature, act: 'show' })}>
          feature ${feature}
        </button>
        <label
          >above
          <input
            type="range"
            min="0"
            max="95"
            step="5"
            value=${Math.round(100 * threshold)}
            aria-valuetext="${Math.round(100 * threshold)} % of its maximum"
            @change=${set}
          />
          ${Math.round(100 * threshold)} % of its maximum</label
        >
        <button type="button" class="link" @click=${() => page.feature({ feature, act: 'unpin' })}>
          Unpin
        </button>
      </li>`;
    },
  );
  return html`<ul class="pins" aria-label="Pinned features">
    ${rows}
  </ul>`;
}
