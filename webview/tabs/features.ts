// The features that are active at the cursor and in the document, and one feature in full.
import { html, nothing, type TemplateResult } from 'lit';
import { formatDensity, formatShareOfMax } from '../../src/core/sae/featureFormat';
import { displayToken } from '../../src/core/displayToken';
import type { FeatureSelection, FeaturesAt, FeatureTable } from '../../src/protocol/features';
import type { FeaturesState } from '../../src/protocol/page';
import { button } from '../parts/button';
import { featureLink } from '../parts/featureLink';
import { featurePageTemplate } from './featurePage';
import type { Page } from '../page';
import { channelClass } from '../parts/legend';
import { counted } from '../parts/plural';
import type { Tab } from './tab';

export const featuresTab: Tab<FeaturesState> = {
  title: 'Features',
  template(page, state) {
    if (!state)
      return html`<p>Place the cursor in a text to see which features are active there.</p>`;
    if (!state.sae) {
      return html`<p>${state.problem || 'This model comes with no autoencoder.'}</p>
        <p class="buttons">${button('chooseAutoencoder', 'Choose an autoencoder', page.run)}</p>`;
    }
    return html`<div class="columns features">
      ${state.page ? featurePageTemplate(page, state, state.page) : nothing}
      ${atTemplate(page, state.at)} ${tableTemplate(page, state, state.table)}
    </div>`;
  },
};

function atTemplate(page: Page, at: FeaturesAt | null): TemplateResult {
  if (!at) return html`<section><p>There is no token at the cursor.</p></section>`;
  const title = html`<h2 id="fires">At the cursor: <code>${displayToken(at.bytes)}</code></h2>`;
  const summary = at.pending
    ? 'Its features are pending.'
    : at.masked
      ? 'The autoencoder was not trained on the first token of a text: its features are meaningless here.'
      : `${counted(at.features.length, 'active feature')}${at.unexplained === null ? '' : `; ${(100 * at.unexplained).toFixed(1)} % of the activation unexplained`}.`;
  const rows = at.features.map(
    each =>
      html`<tr>
        <td class="feature">${featureLink(page, each)}</td>
        <td class="number">${each.value.toFixed(2)}</td>
        <td class="number">${formatShareOfMax(each.value, each)}</td>
        <td class="number">${formatDensity(each.density)}</td>
        <td class="raises">
          ${each.raises
            .slice(0, 4)
            .map(({ bytes }) => html`<code class="piece">${displayToken(bytes)}</code> `)}
        </td>
      </tr>`,
  );
  const table = html`<table aria-labelledby="fires">
    <thead>
      <tr>
        <th scope="col">feature</th>
        <th scope="col" class="number">value</th>
        <th scope="col" class="number">of max</th>
        <th scope="col" class="number">density</th>
        <th scope="col">raises, directly</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
  const near = at.near.map(
    each =>
      html`<li>
        ${featureLink(page, each)}: ${each.value.toFixed(2)} of ${each.needed.toFixed(2)}
      </li>`,
  );
  return html`<section aria-labelledby="fires">
    ${title}
    <p>${summary}</p>
    ${rows.length > 0 ? table : nothing}
    ${
      near.length > 0
        ? html`<h2>Nearly active</h2>
            <ul class="pins">
              ${near}
            </ul>`
        : nothing
    }
  </section>`;
}

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

function tableTemplate(
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
  const fvu =
    table.fvu === null ? '' : `, ${(100 * table.fvu).toFixed(1)} % of the variance unexplained`;
  return html`<section aria-labelledby="document">
    <h2 id="document">In this document <small>${state.file}</small></h2>
    <p>
      ${counted(table.tokens, 'token')}, ${table.l0.toFixed(1)} active features per
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
      ${state.sae!.name} (${state.sae!.format}, ${state.sae!.features} features at
      ${state.sae!.hook})${state.sae!.knowsMax ? '' : '; maxima are those seen in open texts'}
    </p>
    <p class="buttons">
      ${button('findFeature', 'Find a feature', page.run)}
      ${button('exportFeatures', 'Export', page.run)}
    </p>
  </section>`;
}

/** The legend of the pinned features, each with its threshold. */
function pinsTemplate(page: Page, { pins }: FeaturesState): TemplateResult | typeof nothing {
  if (pins.length === 0) return nothing;
  const rows = pins.map(({ feature, threshold }, channel) => {
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
  });
  return html`<ul class="pins" aria-label="Pinned features">
    ${rows}
  </ul>`;
}
