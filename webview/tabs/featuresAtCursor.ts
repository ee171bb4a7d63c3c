// The features that are active at the cursor, and those that nearly are.
import { html, nothing, type TemplateResult } from 'lit';
import { displayToken } from '../../src/core/displayToken';
import { formatDensity, formatShareOfMax } from '../../src/core/sae/featureFormat';
import type { FeaturesAt } from '../../src/protocol/features';
import type { Page } from '../page';
import { featureLink } from '../parts/featureLink';
import { counted } from '../parts/plural';

export function featuresAtCursorTemplate(page: Page, at: FeaturesAt | null): TemplateResult {
  if (!at) return html`<section><p>There is no token at the cursor.</p></section>`;
  const title = html`<h2 id="fires">At the cursor: <code>${displayToken(at.bytes)}</code></h2>`;
  const summary = at.pending
    ? 'Its features are pending.'
    : at.masked
      ? 'The autoencoder was not trained on the first token of a text. Its features are meaningless here.'
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
