// What each layer would predict for the token at the cursor, and where its attention goes.
import { html, nothing, type TemplateResult } from 'lit';
import { formatBits, formatPercent } from '../../src/core/format';
import { displayToken } from '../../src/core/displayToken';
import { lensWords } from '../../src/core/layers/lensWords';
import type { AttendedToken, AttentionView, LadderView } from '../../src/protocol/layers';
import type { LayersState } from '../../src/protocol/page';
import type { Refusal } from '../../src/protocol/types';
import type { Page } from '../page';
import { shareBar } from '../parts/shareBar';
import type { Tab } from './tab';

export const layersTab: Tab<LayersState> = {
  title: 'Layers',
  template: (page, state) =>
    state
      ? layersTemplate(page, state)
      : html`<p>
          Place the cursor on a token to see what each layer of the model predicts there.
        </p>`,
};

function layersTemplate(page: Page, state: LayersState): TemplateResult {
  const { found, file } = state;
  return html`<section class="layers" aria-labelledby="layersAt">
    <h2 id="layersAt"><code>${displayToken(found.bytes)}</code> <small>${file}</small></h2>
    <div class="columns">
      <div>${part(found.ladder, ladder)}</div>
      <div class="attention">${part(found.attention, view => attention(page, state, view))}</div>
    </div>
  </section>`;
}

function part<View extends object>(
  found: View | Refusal | undefined,
  template: (view: View) => TemplateResult,
) {
  if (!found) return nothing;
  if (!('refused' in found)) return template(found);
  return html`<p><span class="badge refused">not read</span> ${found.refused}</p>`;
}

function ladder({ rungs, exitLayer, tunedLens }: LadderView): TemplateResult {
  const last = rungs.length - 1;
  const words =
    exitLayer === last
      ? 'The model’s final choice ranks first only after the last layer.'
      : `The model’s final choice ranks first from layer ${exitLayer} on.`;
  return html`<table class="ladder">
      <caption>
        What each layer would predict here. ${words}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="number">layer</th>
          <th scope="col">its choice</th>
          <th scope="col" class="number">probability</th>
          <th scope="col" class="number">this token</th>
          <td></td>
          <th scope="col" class="number">surprisal</th>
        </tr>
      </thead>
      <tbody>
        ${rungs.map(({ best, logprob }, layer) => {
          const [first] = best;
          const others = best.slice(1).map(({ bytes }) => displayToken(bytes));
          return html`<tr class=${layer >= exitLayer ? 'settled' : ''}>
            <th scope="row" class="number">${layer}</th>
            <td title=${`Next: ${others.join(' ')}`}>
              <code>${first ? displayToken(first.bytes) : ''}</code>${
                layer >= exitLayer
                  ? html` <span title="The model’s final choice, from here on">✓</span>`
                  : nothing
              }
            </td>
            <td class="number">${first ? formatPercent(first.logprob) : ''}</td>
            <td class="number">${formatPercent(logprob)}</td>
            <td>${shareBar(Math.exp(logprob))}</td>
            <td class="number">${formatBits(-logprob)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    <p class="source">
      By ${lensWords(tunedLens)}: the residual stream after each layer, through
      ${tunedLens === null ? '' : 'the layer’s translator (the last layer has none) and '}the
      model’s own last norm and head.
    </p>`;
}

function attention(page: Page, state: LayersState, view: AttentionView): TemplateResult {
  return html`<div class="columns">
      ${tokenList(page, state, 'Attends to', view.from)}
      ${tokenList(page, state, 'Attended to by', view.to)}
    </div>
    ${headTable(view)}`;
}

/** Mean weights over all layers and heads. */
function tokenList(
  page: Page,
  { uri, version }: LayersState,
  title: string,
  tokens: readonly AttendedToken[],
): TemplateResult {
  const go = (token: AttendedToken) => () =>
    page.select({
      uri,
      version,
      utf16Start: token.utf16Start,
      utf16End: token.utf16End,
      goThere: false,
    });
  const rows = tokens.map(
    token =>
      html`<tr>
        <td>
          ${
            token.token < 0
              ? html`<code>${displayToken(token.bytes)}</code> <small>start</small>`
              : html`<button type="button" class="link" @click=${go(token)}>
                  <code>${displayToken(token.bytes)}</code>
                </button>`
          }
        </td>
        <td class="number">${token.token < 0 ? '' : token.token}</td>
        <td class="number">${formatPercent(Math.log(token.weight))}</td>
      </tr>`,
  );
  return html`<table>
    <caption>
      ${title}
    </caption>
    <thead>
      <tr>
        <th scope="col">token</th>
        <th scope="col" class="number">place</th>
        <th scope="col" class="number">mean weight</th>
      </tr>
    </thead>
    <tbody>
      ${
        rows.length > 0
          ? rows
          : html`<tr>
              <td colspan="3">nothing</td>
            </tr>`
      }
    </tbody>
  </table>`;
}

function headTable(view: AttentionView): TemplateResult {
  const { layers, heads, entropies, entropiesWithoutSink, sinks, locals, nearShare, most } = view;
  const percent = (share: number) => formatPercent(Math.log(share));
  const cell = (layer: number, head: number) => {
    const at = layer * heads + head;
    const spread = entropiesWithoutSink[at]!;
    const title =
      `Layer ${layer}, head ${head}: ${percent(sinks[at]!)} on the first token, ` +
      `${percent(locals[at]!)} on the nearest ${percent(nearShare)}; entropy ${entropies[at]!.toFixed(2)} bits`;
    return html`<td class="number" title=${title}>
      <code>${most[at] ? displayToken(most[at]) : '–'}</code
      ><br />${Number.isNaN(spread) ? '–' : spread.toFixed(1)}
    </td>`;
  };
  const all = (count: number) => Array.from({ length: count }, (_, i) => i);
  return html`<div class="scrolls" tabindex="0" role="region" aria-label="Heads">
    <table class="heads">
      <caption>
        Each head: the token that it looks at most, and the entropy of its weights in bits, both
        without the first token
      </caption>
      <thead>
        <tr>
          <th scope="col" class="number">layer</th>
          ${all(heads).map(head => html`<th scope="col" class="number">head ${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${all(layers).map(
          layer =>
            html`<tr>
              <th scope="row" class="number">${layer}</th>
              ${all(heads).map(head => cell(layer, head))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
