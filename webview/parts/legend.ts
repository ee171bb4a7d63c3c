// The lens that lies over the text: its meaning, its legend, and the way to its peaks.
import { html, type TemplateResult } from 'lit';
import { CHANNEL_STEPS } from '../../src/core/sae/featureValues';
import { lenses } from '../../src/core/lenses/lenses';
import { legendOf } from '../../src/core/lenses/scale';
import { button } from './button';
import type { Page } from '../page';

export function legendTemplate({ shared, run }: Page): TemplateResult {
  const lens = lenses[shared.lens];
  const { kind } = lens.scale;
  // Of a channel the thickest line.
  const swatch = (step: number) => (kind === 'channels' ? step * CHANNEL_STEPS + 2 : step);
  const steps = legendOf(lens.scale, shared.channels).map(
    (words, step) =>
      html`<li><span class="swatch ${kind}${swatch(step)}" aria-hidden="true"></span>${words}</li>`,
  );
  return html`<section class="lens" aria-labelledby="lens">
    <h2 id="lens">${lens.title}</h2>
    <p>${lens.meaning}</p>
    <ul class="legend">
      ${steps}
    </ul>
    <p class="buttons">
      ${button('previousPeak', 'Previous peak', run)} ${button('nextPeak', 'Next peak', run)}
    </p>
  </section>`;
}
