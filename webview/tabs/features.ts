// The features that are active at the cursor and in the document, and one feature in full.
import { html, nothing } from 'lit';
import type { FeaturesState } from '../../src/protocol/page';
import { button } from '../parts/button';
import { featurePageTemplate } from './featurePage';
import { featuresAtCursorTemplate } from './featuresAtCursor';
import { featureTableTemplate } from './featureTable';
import type { Tab } from './tab';

export const featuresTab: Tab<FeaturesState> = {
  title: 'Features',
  template(page, state) {
    if (!state)
      return html`<p>Place the cursor in a text to see which features are active there.</p>`;
    if (!state.sae) {
      return html`<p>${state.problem || 'This model comes without an autoencoder.'}</p>
        <p class="buttons">
          ${button('chooseAutoencoder', 'Choose an autoencoder', page.run)}
          ${button('getAutoencoder', 'Get one from the Hugging Face hub', page.run)}
        </p>`;
    }
    return html`<div class="columns features">
      ${state.page ? featurePageTemplate(page, state, state.page) : nothing}
      ${featuresAtCursorTemplate(page, state.at)} ${featureTableTemplate(page, state, state.table)}
    </div>`;
  },
};
