// A probability as a bar, beside another one where there is one.
import { html, nothing, svg, type TemplateResult } from 'lit';

const BAR = { width: 160, height: 14 };

/** Solid, with a hollow bar for `other`. Hidden from screen readers: the cells beside it have the same numbers. */
export function shareBar(share: number, other?: number): TemplateResult {
  const { width, height } = BAR;
  const length = (p: number) => Math.max(p > 0 ? 0.5 : 0, p * (width - 2));
  return html`<svg class="bar" width=${width} height=${height} aria-hidden="true">
    <rect class="exact" x="1" y="3" width=${length(share)} height=${height - 6}></rect>
    ${
      other === undefined
        ? nothing
        : svg`<rect class="naive" x="1" y="1" width=${length(other)} height=${height - 2}></rect>`
    }
  </svg>`;
}
