// Two tokenizers on one text: their counts, and where on the screen they split differently.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { displayToken } from '../../src/core/displayToken';
import { ratesOf } from '../../src/core/text/textSize';
import { formatRate } from '../../src/core/text/tokenCounts';
import type { FileCount } from '../../src/protocol/compare';
import type { Piece } from '../../src/protocol/types';
import type { ComparedText } from '../../src/protocol/page';
import { button } from '../parts/button';
import type { Page } from '../page';
import { listeners } from '../parts/roving';
import { counted } from '../parts/plural';
import type { Tab } from './tab';

export const compareTab: Tab<ComparedText> = {
  title: 'Compare',
  template(page, compared) {
    const { second, secondProblem } = page.shared;
    if (!second) {
      return html`<p>
          ${secondProblem || 'Choose a second tokenizer to compare with that of the model.'}
        </p>
        <p class="buttons">
          ${button('compareWithTokenizer', 'Compare with a Tokenizer', page.run)}
        </p>`;
    }
    if (!compared) return html`<p>There is no text to compare.</p>`;
    return html`<div class="columns">
      ${countsTemplate(page, compared)} ${differencesTemplate(page, compared)}
    </div>`;
  },
};

function countsTemplate({ shared, run }: Page, compared: ComparedText): TemplateResult {
  const { model, second } = shared;
  const { comparison, hasSelection, language } = compared;
  return html`<section class="comparison" aria-labelledby="counts">
    <h2 id="counts">${model} and ${second}</h2>
    ${countTable(model, second, `Document (${language})`, comparison.document)}
    ${hasSelection ? countTable(model, second, 'Selection', comparison.ranges) : nothing}
    <p class="source">
      The tokens lens shades the tokens of ${model}, and underlines those of ${second} with solid
      and dotted lines in turn.
    </p>
    <p class="buttons">
      ${button('compareWithTokenizer', 'Choose another', run)}
      ${button('stopComparing', 'Stop comparing', run)}
    </p>
  </section>`;
}

function countTable(first: string, second: string, text: string, count: FileCount): TemplateResult {
  const row = (name: string, tokens: number) => {
    const rates = ratesOf(tokens, count);
    const cells = [
      String(tokens),
      formatRate(rates.tokensPerWord),
      formatRate(rates.tokensPerCharacter),
      formatRate(rates.bytesPerToken),
    ];
    return html`<tr>
      <th scope="row">${name}</th>
      ${cells.map(cell => html`<td class="number">${cell}</td>`)}
    </tr>`;
  };
  return html`<table class="counts">
    <caption>
      ${text}: ${counted(count.characters, 'character')}, ${counted(count.words, 'word')}
    </caption>
    <thead>
      <tr>
        <th></th>
        <th scope="col" class="number">tokens</th>
        <th scope="col" class="number">per word</th>
        <th scope="col" class="number">per character</th>
        <th scope="col" class="number">bytes per token</th>
      </tr>
    </thead>
    <tbody>
      ${row(first, count.tokens)} ${row(second, count.second ?? 0)}
    </tbody>
  </table>`;
}

function differencesTemplate(page: Page, compared: ComparedText): TemplateResult {
  const { shared, select, run } = page;
  const { uri, version, lines, comparison } = compared;
  const { listed, differences } = comparison;
  const { onKey, onClick, onFocus } = listeners((element, goThere) => {
    const chosen = listed[Number(element.dataset.token?.slice(DIFFERENCE.length))];
    if (!chosen) return;
    const { utf16Start, utf16End } = chosen;
    select({ uri, version, utf16Start, utf16End, goThere });
  });
  const rows = repeat(
    listed,
    (_, i) => i,
    ({ first, second }, i) =>
      html`<tr tabindex="-1" data-token="${DIFFERENCE}${i}" aria-selected="false">
        <td class="number">${lines[i]}</td>
        <td class="pieces">${pieces(first)}</td>
        <td class="pieces">${pieces(second)}</td>
      </tr>`,
  );
  const table = html`<table class="list" role="grid" aria-labelledby="differences">
    <thead>
      <tr>
        <th scope="col" class="number">line</th>
        <th scope="col">${shared.model}</th>
        <th scope="col">${shared.second}</th>
      </tr>
    </thead>
    <tbody data-tokens @keydown=${onKey} @click=${onClick} @focusin=${onFocus}>
      ${rows}
    </tbody>
  </table>`;
  const none =
    differences > 0
      ? 'None of them is visible.'
      : 'Both tokenizers split the text in the same way.';
  return html`<section class="differences" aria-labelledby="differences">
    <h2 id="differences">
      ${differences} ${differences === 1 ? 'range is' : 'ranges are'} split differently
      <small>visible: ${listed.length}</small>
    </h2>
    <p class="buttons">
      ${button('previousDifference', 'Previous difference', run)}
      ${button('nextDifference', 'Next difference', run)}
    </p>
    ${listed.length > 0 ? table : html`<p>${none}</p>`}
  </section>`;
}

/** Prefix of `data-token`: not a token's index, so that the tokens at the cursor are not marked in this list. */
const DIFFERENCE = 'difference ';

function pieces(tokens: readonly Piece[]): TemplateResult[] {
  return tokens.map(
    ({ bytes, id }) => html`<code class="piece" title="id ${id}">${displayToken(bytes)}</code>`,
  );
}
