// One feature in full: its label and how reliable it is, its values, the tokens that it raises and lowers, where it is
// highest, and the features that are similar to it.
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { LogitEffect } from '../../src/core/sae/featureValues';
import { formatTrust, guessWords, isTrusted, labelWords } from '../../src/core/sae/featureLabels';
import { formatDensity } from '../../src/core/sae/featureFormat';
import { displayToken } from '../../src/core/displayToken';
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { FeaturePage } from '../../src/protocol/features';
import type { FeatureAct, FeaturesState } from '../../src/protocol/page';
import { featureLink } from '../parts/featureLink';
import type { Page } from '../page';
import { counted } from '../parts/plural';

export function featurePageTemplate(
  page: Page,
  state: FeaturesState,
  found: FeaturePage,
): TemplateResult {
  const { feature, label, density, max } = found;
  const isPinned = state.pins.some(pin => pin.feature === feature);
  const act = (act: FeatureAct, title: string) =>
    html`<vscode-button secondary @click=${() => page.feature({ feature, act })}
      >${title}</vscode-button
    >`;
  const trust = formatTrust(label);
  const guess = guessWords(label);
  return html`<section aria-labelledby="feature">
    <h2 id="feature">
      #${feature} ${labelWords(label)}
      <small
        >${isTrusted(label) ? label.kind : guess ? 'the available label was measured as wrong' : 'no label'}</small
      >
    </h2>
    <p>
      ${trust ? `The label’s ${trust} on text that it was not derived from. ` : nothing}${guess ? `A guess (${label.kind}): ${guess}. ` : nothing}${agreement(found)}
      ${label.predicate ? html`<code>${label.predicate}</code>.` : nothing} Active on
      ${formatDensity(density)} of tokens${max === null ? '' : `, at most ${max.toFixed(2)}`}.
    </p>
    <p class="buttons">
      ${isPinned ? act('unpin', 'Unpin') : act('pin', 'Pin')} ${act('ablate', 'Ablate or steer')}
      ${act('label', 'Label')} ${act('search', 'Find in workspace')}
      <vscode-button secondary @click=${() => page.feature({ feature: null, act: 'show' })}
        >Close</vscode-button
      >
    </p>
    ${found.histogram && max !== null ? histogram(found.histogram, max) : nothing}
    ${examples(page, found)}
    <div class="columns">
      ${effects('Raises directly', found.raises)} ${effects('Lowers directly', found.lowers)}
      <div>
        <h2 id="similar">Similar features</h2>
        <ul class="pins" aria-labelledby="similar">
          ${found.neighbours.map(
            each => html`<li>${each.cosine.toFixed(2)} ${featureLink(page, each)}</li>`,
          )}
        </ul>
      </div>
    </div>
    <p class="source">
      Directly: through the final norm and the unembedding alone, in standard deviations over the
      vocabulary. Similar features: the cosine of their decoder directions.
    </p>
  </section>`;
}

function agreement({ agreement, label }: FeaturePage): string {
  if (!agreement || agreement.fires + agreement.holds === 0) return '';
  const { fires, holds, both } = agreement;
  return `In this document it is active on ${counted(fires, 'token')}, the ${isTrusted(label) ? 'label' : 'guess'} holds on ${holds}, both on ${both}. `;
}

/** Counts over equal bins from 0 to the maximum. Heights are square roots, for high values are rare. */
function histogram(counts: readonly number[], max: number): TemplateResult {
  const [width, height] = [12, 48];
  const most = Math.sqrt(Math.max(...counts, 1));
  const bars = counts.map((count, i) => {
    const size = Math.max(count > 0 ? 1 : 0, (Math.sqrt(count) / most) * height);
    return svg`<rect x=${i * width} y=${height - size} width=${width - 2} height=${size}><title>${count} tokens up to ${(((i + 1) * max) / counts.length).toFixed(2)}</title></rect>`;
  });
  const words = `Histogram of its values from 0 to ${max.toFixed(2)}, tokens in each bin: ${counts.join(', ')}`;
  return html`<svg
      class="histogram"
      width=${counts.length * width}
      height=${height}
      role="img"
      aria-label=${words}
    >
      ${bars}
    </svg>
    <p class="source">
      Values from 0 to ${max.toFixed(2)}; heights are square roots of the counts
    </p>`;
}

function examples(page: Page, { examples: found, max }: FeaturePage): TemplateResult {
  if (found.length === 0)
    return html`<p>It is not active in any open text with computed features.</p>`;
  const rows = found.map(example => {
    const share = max ? Math.round((100 * example.value) / max) : null;
    const text = (part: string) => displayToken(encodeUtf8(part));
    const open = () => page.open(example);
    const name = decodeURIComponent(example.uri.split('/').at(-1) ?? '');
    return html`<tr>
      <td class="number" title=${share === null ? '' : `${share} % of its maximum`}>
        ${example.value.toFixed(2)}
      </td>
      <td>
        <button type="button" class="link" title="${name}, line ${example.line}" @click=${open}>
          <code
            >${text(example.before.slice(-24))}<mark>${text(example.token)}</mark>${text(
              example.after.slice(0, 24),
            )}</code
          >
        </button>
      </td>
      <td class="number"><small>${example.line}</small></td>
    </tr>`;
  });
  return html`<table class="examples">
    <caption>
      Its highest values in the open texts, with the line
    </caption>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function effects(title: string, list: readonly LogitEffect[]): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  return html`<table>
    <caption>
      ${title}
    </caption>
    <tbody>
      ${list.slice(0, 8).map(
        ({ bytes, score }) =>
          html`<tr>
            <td class="number">${score.toFixed(1)}</td>
            <td><code class="piece">${displayToken(bytes)}</code></td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
