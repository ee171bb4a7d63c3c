// The lens of the overlay: its meaning, its legend, and buttons that go to its peaks.
import { html, type TemplateResult } from 'lit';
import { CHANNEL_STEPS } from '../../src/core/sae/featureValues';
import { legendOf } from '../../src/core/lenses/scale';
import { button } from './button';
import { shownLens } from './shownLens';
import type { Page } from '../page';

/** The class that draws a channel at its highest strength. */
export function channelClass(channel: number): string {
  return `channels${(channel + 1) * CHANNEL_STEPS - 1}`;
}

export function legendTemplate({ shared, run }: Page): TemplateResult {
  const lens = shownLens(shared);
  const { kind } = lens.scale;
  const steps = legendOf(lens.scale, shared.channels).map((words, i) => {
    const look = kind === 'channels' ? channelClass(i) : `${kind}${i}`;
    return html`<li><span class="swatch ${look}" aria-hidden="true"></span>${words}</li>`;
  });
  return html`<section class="lens" aria-labelledby="lens">
    <h2 id="lens">${lens.title}</h2>
    <p>${lens.meaning}</p>
    <ul class="legend">
      ${steps}
    </ul>
    ${lens.scale.kind === 'heat' && lens.scale.about ? html`<p>${lens.scale.about}.</p>` : ''}
    <p class="buttons">
      ${button('previousPeak', 'Previous peak', run)} ${button('nextPeak', 'Next peak', run)}
    </p>
  </section>`;
}
