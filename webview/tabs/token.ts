// The token at the cursor in full: what it is, the lens's number, its scores, and what the model expected instead; with
// the legend.
import { html, nothing, type TemplateResult } from 'lit';
import { formatBits, formatHex, formatPercent } from '../../src/core/format';
import type { Lens } from '../../src/core/lenses/lens';
import { lenses } from '../../src/core/lenses/lenses';
import type { Scores } from '../../src/core/lenses/scores';
import { entropyWords, isScored, rankWords } from '../../src/core/lenses/scoreWords';
import { tokenPlace } from '../../src/core/tokenPlace';
import { displayToken } from '../../src/core/displayToken';
import type { InspectorState } from '../../src/protocol/page';
import type { TokenView } from '../../src/protocol/scores';
import { legendTemplate } from '../parts/legend';
import type { Tab } from './tab';

export const tokenTab: Tab<TokenView> = {
  title: 'Token',
  template(page, tokens) {
    const { file, model } = page.shared;
    const none = html`<p>Place the cursor on a token to see its scores.</p>`;
    const rows =
      tokens && tokens.ids.length > 0
        ? Array.from(tokens.ids, (_, row) => tokenTemplate(page.shared, tokens, row))
        : none;
    return html`<div class="columns">
      <section class="cursor" aria-labelledby="cursor">
        <h2 id="cursor">At the cursor${file ? html` <small>${file}</small>` : nothing}</h2>
        ${rows}
        <p class="source">Model: ${model}</p>
      </section>
      ${legendTemplate(page)}
    </div>`;
  },
};

function tokenTemplate(
  { lens: lensId, firstToken }: InspectorState,
  view: TokenView,
  row: number,
): TemplateResult {
  const lens: Lens = lenses[lensId];
  const bytes = view.bytes![row]!;
  return html`<div class="token">
    <dl>
      <dt>token</dt>
      <dd><code>${displayToken(bytes)}</code></dd>
      <dt>place</dt>
      <dd>${tokenPlace(view.first + row, view.total, firstToken)}</dd>
      <dt>id</dt>
      <dd>${view.ids[row]}</dd>
      <dt>bytes</dt>
      <dd><code>${formatHex(bytes)}</code> at ${view.byteStarts[row]}–${view.byteEnds[row]}</dd>
      ${numberRows(lens, view, row)}
    </dl>
    ${view.scores && isScored(view.scores, row) ? alternatives(view, view.scores, row) : ''}
  </div>`;
}

/** First what the lens shows, unless the other rows have it. */
function numberRows(lens: Lens, view: TokenView, row: number): TemplateResult[] {
  const { scores, byteBits, first } = view;
  const known = [...byteRows(byteBits?.[row]), ...(scores ? scoreRows(scores, row) : [])];
  const ofLens = lens
    .explain({ scores, row, index: first + row })
    .map(({ name, value }) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !known.some(([other]) => other === name));
  return [...ofLens, ...known].map(
    ([name, value]) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`,
  );
}

type NumberRow = readonly [name: string, value: string];

/** The surprisal of each byte, where it is known. */
function byteRows(bits: Float64Array | undefined): NumberRow[] {
  if (!bits || bits.some(Number.isNaN)) return [];
  const sum = bits.reduce((total, value) => total + value, 0).toFixed(2);
  const each = Array.from(bits, value => value.toFixed(2)).join(' + ');
  return [['by byte', `${bits.length > 1 ? `${each} = ${sum}` : sum} bits`]];
}

function scoreRows(scores: Scores, row: number): NumberRow[] {
  if (!isScored(scores, row)) return [['scores', 'none yet']];
  const logprob = scores.logprobs[row]!;
  return [
    ['probability', formatPercent(logprob)],
    ['surprisal', formatBits(-logprob)],
    ['rank', rankWords(scores.ranks[row]!)],
    ['entropy', entropyWords(scores, row)],
    ['context', `${scores.contexts[row]} tokens`],
  ];
}

function alternatives(view: TokenView, scores: Scores, row: number): TemplateResult {
  const k = scores.topK;
  const listed = view.topBytes![row]!.filter(
    (_, i) => !Number.isNaN(scores.topLogprobs[row * k + i]),
  );
  const rows = listed.map((bytes, i) => {
    const logprob = scores.topLogprobs[row * k + i]!;
    const isActual = scores.topIds[row * k + i] === view.ids[row];
    return html`<tr class=${isActual ? 'actual' : ''}>
      <td class="number">${i + 1}</td>
      <td>
        <code>${displayToken(bytes)}</code
        >${isActual ? html` <span title="the token in the text">✓</span>` : ''}
      </td>
      <td><meter min="0" max="1" .value=${Math.exp(logprob)} aria-hidden="true"></meter></td>
      <td class="number">${formatPercent(logprob)}</td>
      <td class="number">${formatBits(-logprob)}</td>
    </tr>`;
  });
  return html`<table>
    <caption>
      What the model expected here
    </caption>
    <thead>
      <tr>
        <th scope="col">rank</th>
        <th scope="col">token</th>
        <th></th>
        <th scope="col">probability</th>
        <th scope="col">surprisal</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
