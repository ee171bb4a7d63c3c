// How rollouts of the trace in the editor end: the share of right ones after each prefix as a curve with its
// intervals, and the same as a table.
import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { displayToken } from '../../src/core/displayToken';
import { shareInterval } from '../../src/core/traces/successCurve';
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { CurveState } from '../../src/protocol/page';
import type { RolloutFall, RolloutView } from '../../src/protocol/traces';
import { button } from '../parts/button';
import type { Page } from '../page';
import { listeners } from '../parts/roving';
import type { Tab } from './tab';

const HEIGHT = 130;
const LEFT = 40;
const TOP = 16;
const BOTTOM = 20;
/** Width of a token in pixels, chosen so that the curve is about WIDTH wide. */
const [NARROWEST, WIDEST, WIDTH] = [4, 18, 800];
const ANSWERS = 3;

export const rolloutsTab: Tab<CurveState> = { title: 'Rollouts', template: rolloutsTemplate };

function rolloutsTemplate(page: Page, curve: CurveState | null): TemplateResult {
  const { run } = page;
  if (!curve) {
    return html`<p>
        Rollouts show which token of a chain of thought decides its answer. Open a trace to begin.
      </p>
      <p class="buttons">${button('openTraces', 'Open reasoning traces', run)}</p>`;
  }
  const { view } = curve;
  if (!view || view.points.length === 0) {
    return html`<p>This trace has not been rolled out with the current model and settings.</p>
      <p class="buttons">${button('rollOut', 'Roll out this trace', run)}</p>`;
  }
  if (view.problem)
    return html`<p>T3, rollouts by ${view.model}: ${view.problem}.</p>
      ${pointsTable(page, curve, view)}`;
  return html`<p>${summary(view)}</p>
    <div class="curveBox" tabindex="0" role="group" aria-label="Success curve">
      ${curveTemplate(page, curve, view)}
    </div>
    ${pointsTable(page, curve, view)}`;
}

function summary({ points, falls, model, target, isSuccess }: RolloutView): string {
  const outcome = isSuccess ? 'right answers' : `agreement with ${target ?? 'no answer'}`;
  const kinds = (['critical', 'cliff', 'pivotal'] as const).flatMap(kind => {
    const count = falls.filter(fall => fall.kind === kind).length;
    return count > 0 ? [`${count} ${kind}`] : [];
  });
  const found = kinds.length > 0 ? kinds.join(', ') : 'no drop';
  return `T3, rollouts by ${model}: the share of ${outcome} after ${points.length} prefixes, with Wilson’s 95 % intervals; ${found}. Tokens of the trace are counted from 0.`;
}

/** The line between two points is dashed where prefixes between them were not rolled out. */
function curveTemplate(page: Page, curve: CurveState, view: RolloutView): TemplateResult {
  const { points, falls } = view;
  const last = points.at(-1)!.token;
  const step = Math.max(NARROWEST, Math.min(WIDEST, WIDTH / (last + 2)));
  const x = (token: number) => LEFT + (token + 1) * step;
  const y = (share: number) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const shareOf = (i: number) => points[i]!.right / points[i]!.rollouts;
  const width = x(last) + 2 * WIDEST;
  const lows = points.map(point => [x(point.token), y(shareInterval(point)[0])]);
  const highs = points.map(point => [x(point.token), y(shareInterval(point)[1])]);
  const lines = points.slice(1).map((point, i) => {
    const before = points[i]!;
    const isKnown = point.token === before.token + 1;
    return svg`<line class=${isKnown ? 'share' : 'share gap'} x1=${x(before.token)} y1=${y(shareOf(i))}
      x2=${x(point.token)} y2=${y(shareOf(i + 1))}></line>`;
  });
  const dots = points.map(
    (_, i) => svg`<circle class="point" cx=${x(points[i]!.token)} cy=${y(shareOf(i))} r="3"
      @click=${() => select(page, curve, i, false)}><title>${pointTitle(view, i)}</title></circle>`,
  );
  const grid = [0, 0.5, 1].map(
    share => svg`<line class="grid" x1=${LEFT} y1=${y(share)} x2=${width} y2=${y(share)}></line>
      <text x=${LEFT - 6} y=${y(share) + 4} text-anchor="end">${100 * share} %</text>`,
  );
  return html`<svg
    class="curve"
    width=${width}
    height=${HEIGHT}
    role="img"
    aria-label="Success curve; the table below lists the same"
  >
    ${grid}
    <polygon
      class="interval"
      points=${[...highs, ...lows.reverse()].map(String).join(' ')}
    ></polygon>
    ${lines} ${dots} ${falls.map(fall => mark(fall, x(fall.token), y(0)))}
    <text x=${x(0)} y=${HEIGHT - 4}>token 0</text>
    <text x=${x(last)} y=${HEIGHT - 4} text-anchor="end">${last}</text>
  </svg>`;
}

/** The shapes tell the kinds apart without colour. */
function mark({ kind }: RolloutFall, x: number, y: number): TemplateResult {
  const title = svg`<title>${kind}</title>`;
  if (kind === 'critical')
    return svg`<path class="mark critical" d="M ${x} ${y - 4} l 5 9 h -10 z">${title}</path>`;
  return svg`<path class="mark ${kind}" d="M ${x} ${y - 4} l 5 5 l -5 5 l -5 -5 z">${title}</path>`;
}

function pointsTable(page: Page, curve: CurveState, view: RolloutView): TemplateResult {
  const { onKey, onClick, onFocus } = listeners((element, goThere) =>
    select(page, curve, Number(element.dataset.token!.slice(1)), goThere),
  );
  const rows = repeat(
    view.points,
    ({ token }) => token,
    (point, i) => {
      const [low, high] = shareInterval(point).map(share => Math.round(100 * share));
      const kinds = view.falls.filter(({ token }) => token === point.token).map(({ kind }) => kind);
      const answers = point.answers
        .slice(0, ANSWERS)
        .map(({ text, count }) => `${text} (${count})`)
        .join(', ');
      return html`<tr tabindex="-1" data-token="p${i}" aria-selected="false">
        <td class="number">${point.token < 0 ? 'start' : point.token}</td>
        <td><code>${displayToken(encodeUtf8(curve.before[i]!))}</code></td>
        <td class="number">
          ${view.problem ? '–' : `${Math.round((100 * point.right) / point.rollouts)} %`}
        </td>
        <td class="number">${view.problem ? '–' : `${low}–${high} %`}</td>
        <td>${kinds.length > 0 ? kinds.join(', ') : nothing}</td>
        <td>${answers}</td>
      </tr>`;
    },
  );
  return html`<table class="list points" role="grid" aria-label="Prefixes that were rolled out">
    <thead>
      <tr>
        <th scope="col" class="number">after token</th>
        <th scope="col">prefix ends with</th>
        <th scope="col" class="number">right</th>
        <th scope="col" class="number">95 %</th>
        <th scope="col">drop</th>
        <th scope="col">answers</th>
      </tr>
    </thead>
    <tbody data-tokens @keydown=${onKey} @click=${onClick} @focusin=${onFocus}>
      ${rows}
    </tbody>
  </table>`;
}

function pointTitle({ points }: RolloutView, i: number): string {
  const { token, right, rollouts } = points[i]!;
  const where = token < 0 ? 'before the trace' : `after token ${token}`;
  return `${right} of ${rollouts} right ${where}`;
}

/** Places the cursor after the prefix. */
function select(page: Page, { uri, version, view }: CurveState, i: number, goThere: boolean): void {
  const { utf16 } = view!.points[i]!;
  page.select({ uri, version, utf16Start: utf16, utf16End: utf16, goThere });
}
