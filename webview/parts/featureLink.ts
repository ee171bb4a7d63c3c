// A feature's name as a button that opens its page.
import { html, nothing, type TemplateResult } from 'lit';
import { formatTrust, labelWords } from '../../src/core/sae/featureLabels';
import type { FeatureName } from '../../src/core/sae/featureValues';
import type { Page } from '../page';

export function featureLink(page: Page, name: FeatureName): TemplateResult {
  const { feature, label } = name;
  const trust = formatTrust(label);
  const show = () => page.feature({ feature, act: 'show' });
  return html`<button type="button" class="link" @click=${show}>
      #${feature} ${labelWords(label)}</button
    >${trust ? html` <small>${trust}</small>` : nothing}`;
}
