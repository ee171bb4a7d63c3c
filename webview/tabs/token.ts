// The token at the cursor in full: what it is, its scores, and what the model expected instead; with the legend.
import { html, nothing, type TemplateResult } from 'lit';
import { formatBits, formatHex, formatPercent } from '../../src/core/format';
import type { Scores } from '../../src/core/lenses/scores';
import { displayToken } from '../../src/core/displayToken';
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
        ? Array.from(tokens.ids, (_, row) => tokenTemplate(tokens, row))
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

function tokenTemplate(view: TokenView, row: number): TemplateResult {
  const bytes = view.bytes![row]!;
  return html`<div class="token">
    <dl>
      <dt>token</dt>
      <dd><code>${displayToken(bytes)}</code></dd>
      <dt>position</dt>
      <dd>${view.first + row + 1} of ${view.total}</dd>
      <dt>id</dt>
      <dd>${view.ids[row]}</dd>
      <dt>bytes</dt>
      <dd><code>${formatHex(bytes)}</code> at ${view.byteStarts[row]}–${view.byteEnds[row]}</dd>
      ${byteRow(view, row)} ${view.scores ? scoreRows(view.scores, row) : ''}
    </dl>
    ${view.scores && view.scores.ranks[row]! > 0 ? alternatives(view, view.scores, row) : ''}
  </div>`;
}

/** The surprisal of each byte, where it is known. */
function byteRow({ byteBits }: TokenView, row: number): TemplateResult | typeof nothing {
  const bits = byteBits?.[row];
  if (!bits || bits.some(Number.isNaN)) return nothing;
  const sum = bits.reduce((total, value) => total + value, 0).toFixed(2);
  const each = Array.from(bits, value => value.toFixed(2)).join(' + ');
  return html`<dt>by byte</dt>
    <dd>${bits.length > 1 ? `${each} = ${sum}` : sum} bits</dd>`;
}

function scoreRows(scores: Scores, row: number): TemplateResult {
  const rank = scores.ranks[row]!;
  if (rank === 0)
    return html`<dt>scores</dt>
      <dd>none yet</dd>`;
  const logprob = scores.logprobs[row]!;
  return html`<dt>probability</dt>
    <dd>${formatPercent(logprob)}</dd>
    <dt>surprisal</dt>
    <dd>${formatBits(-logprob)}</dd>
    <dt>rank</dt>
    <dd>${rank}</dd>
    <dt>entropy</dt>
    <dd>${formatBits(scores.entropiesNats[row]!)}</dd>
    <dt>context</dt>
    <dd>${scores.contexts[row]} tokens</dd>`;
}

function alternatives(view: TokenView, scores: Scores, row: number): TemplateResult {
  const k = scores.topK;
  const rows = view.topBytes![row]!.map((bytes, i) => {
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
