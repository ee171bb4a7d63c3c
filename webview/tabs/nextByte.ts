// The probabilities of the next byte at the cursor: exact beside naive, and the tree of tokens that they are summed
// over.
import { html, nothing, type TemplateResult } from 'lit';
import { formatHex, formatPercent } from '../../src/core/format';
import { displayToken } from '../../src/core/displayToken';
import type { NextBytesView } from '../../src/protocol/nextBytes';
import type { NextByteState } from '../../src/protocol/page';
import { coverTreeTemplate } from './coverTree';
import type { Page } from '../page';
import { shareBar } from '../parts/shareBar';
import type { Tab } from './tab';

const LISTED = 10;

export const nextByteTab: Tab<NextByteState> = {
  title: 'Next byte',
  template: (page, next) =>
    next
      ? nextByteTemplate(page, next)
      : html`<p>Place the cursor in a text to see the probabilities of the next byte.</p>`,
};

function nextByteTemplate({ shared }: Page, next: NextByteState): TemplateResult {
  const { found } = next;
  const place = html`<h2 id="place">
    Next byte <small>${next.file}, line ${next.line}, column ${next.column}</small>
  </h2>`;
  if ('refused' in found) {
    return html`<section class="nextByte" aria-labelledby="place">
      ${place}
      <p><span class="badge refused">not exact</span> ${found.refused}.</p>
      <p>
        No approximate number is shown instead. The other tabs and lenses still work, and another
        model may support exact bytes: <em>Tokenscope: Choose Model or Tokenizer…</em>
      </p>
    </section>`;
  }
  return html`<section class="nextByte" aria-labelledby="place">
    ${place} ${summary(found, shared.model)}
    <div class="columns">
      <div>${bars(found)}</div>
      <div class="tree">
        ${openEnd(next, found)} ${found.open.length > 0 ? coverTreeTemplate(found) : nothing}
      </div>
    </div>
  </section>`;
}

function summary(found: NextBytesView, model: string): TemplateResult {
  const { biasBits, contextTokens, nodes, ms, second } = found;
  const bias =
    biasBits === null
      ? 'Inside a character there is no naive estimate to compare with.'
      : `The naive estimate costs ${biasBits.toFixed(2)} bits more per byte here.`;
  const cost = `${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${Math.round(ms)} ms`;
  return html`<p>
    <span class="badge">exact, e2</span> ${bias}
    <span class="source">${model}, after ${contextTokens} tokens: ${cost}</span>
    ${second && 'refused' in second ? html`<br />The second model is not exact here: ${second.refused}.` : nothing}
  </p>`;
}

function bars({ exact, naive, end, leak, untested, second }: NextBytesView): TemplateResult {
  const other = second && !('refused' in second) ? second : undefined;
  const likeliest = [...exact.keys()].sort((a, b) => exact[b]! - exact[a]!).slice(0, LISTED);
  const others = (all: Float64Array) =>
    Math.max(
      0,
      all.reduce((sum, p) => sum + p, 0) - likeliest.reduce((sum, b) => sum + all[b]!, 0),
    );
  const rows = likeliest.map(byte => {
    const bytes = Uint8Array.of(byte);
    return row(
      displayToken(bytes),
      formatHex(bytes),
      exact[byte]!,
      naive?.[byte],
      other?.exact[byte],
    );
  });
  return html`<table class="odds">
    <caption>
      Solid: exact; hollow: naive, from the next token's first byte
    </caption>
    <thead>
      <tr>
        <th scope="col">byte</th>
        <th scope="col">hex</th>
        <td></td>
        <th scope="col" class="number">exact</th>
        <th scope="col" class="number">naive</th>
        ${other ? secondHeads(other.model) : nothing}
      </tr>
    </thead>
    <tbody>
      ${rows}
      ${row('other bytes', '', others(exact), naive ? others(naive) : undefined, other && others(other.exact))}
      ${row('end of text', '', end, undefined, other?.end, 'The text ends here')}
      ${row('leak', '', leak, undefined, other?.leak, 'Tokens that the tokenizer does not produce here')}
      ${row('untested', '', untested, undefined, other?.untested, 'Tokens too unlikely to be evaluated')}
    </tbody>
  </table>`;
}

function secondHeads(model: string): TemplateResult {
  return html`<th scope="col" class="number" title="Exact, by the second model">${model}</th>
    <th scope="col" class="number" title="The mean of the two models">mixture</th>`;
}

function row(
  name: string,
  hex: string,
  exact: number,
  naive?: number,
  second?: number,
  title = '',
): TemplateResult {
  const percent = (p: number) => formatPercent(Math.log(p));
  return html`<tr title=${title || nothing}>
    <th scope="row"><code>${name}</code></th>
    <td class="bytes">${hex}</td>
    <td>${shareBar(exact, naive)}</td>
    <td class="number">${percent(exact)}</td>
    <td class="number">${naive === undefined ? '–' : percent(naive)}</td>
    ${
      second === undefined
        ? nothing
        : html`<td class="number">${percent(second)}</td>
            <td class="number">${percent((exact + second) / 2)}</td>`
    }
  </tr>`;
}

/** The line up to the cursor; the open bytes, whose tokens depend on what follows, are underlined. */
function openEnd({ before }: NextByteState, { open, covers }: NextBytesView): TemplateResult {
  const line = new TextEncoder().encode(before);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const from = Math.max(0, line.length - open.length);
  const settled = text(line.subarray(from - Math.min(from, 24), from));
  const through = covers.reduce((sum, { rest, share }) => sum + (rest.length > 0 ? share : 0), 0);
  const words =
    open.length === 0
      ? 'The tokens before the cursor do not depend on what follows.'
      : `Underlined: its tokens depend on what follows. A token extends across the cursor with a probability of ${formatPercent(Math.log(through))}.`;
  const shown = from > 24 ? `…${settled}` : settled;
  const openText = text(line.subarray(from));
  // prettier-ignore
  const tail = html`<code class="tail">${shown}<u class="healed">${openText}</u><span class="caret"></span></code>`;
  return html`<p>${tail} ${words}</p>`;
}
