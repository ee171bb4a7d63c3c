// How the text is split: the merges of the pretoken at the cursor, and what one more character would change.
import { html, nothing, type TemplateResult } from 'lit';
import { piecesAfterSteps } from '../../src/core/tokenizer/bpe/mergeSteps';
import { formatHex } from '../../src/core/format';
import { displayToken } from '../../src/core/displayToken';
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { Continuation, SplitView } from '../../src/protocol/split';
import type { Piece } from '../../src/protocol/types';
import type { Page } from '../page';
import { counted } from '../parts/plural';
import type { Tab } from './tab';

export const splitTab: Tab<SplitView> = {
  title: 'Split',
  template: (page, split) =>
    split
      ? splitTemplate(page, split)
      : html`<p>Place the cursor on a token to see how it was merged.</p>`,
};

function splitTemplate(page: Page, split: SplitView): TemplateResult {
  return html`<div class="columns">
    <section aria-labelledby="merges">
      <h2 id="merges">${headline(split)}</h2>
      ${split.note ? html`<p>${split.note}</p>` : nothing}
      ${split.symbols.length > 0 ? ladder(split) : nothing}
      <p class="source">Model: ${page.shared.model}</p>
    </section>
    ${split.continuations.length > 0 ? continuations(page, split) : nothing}
  </div>`;
}

function headline({ symbols, tokens, byteStart, byteEnd }: SplitView): TemplateResult {
  const bytes = joined(symbols.length > 0 ? symbols : tokens);
  return html`Why <code>${displayToken(bytes)}</code> is ${counted(tokens.length, 'token')}
    <small>bytes ${byteStart}–${byteEnd}: <code>${formatHex(bytes)}</code></small>`;
}

/** A row for each merge: the pieces after it, each below the pieces that it was merged from. */
function ladder({ symbols, steps, rankIs, token, tokens }: SplitView): TemplateResult {
  const states = piecesAfterSteps(
    symbols.map(({ id }) => id),
    steps.map(({ at, rank, piece }) => ({ at, rank, id: piece.id })),
  );
  const pieceById = new Map(
    [...symbols, ...steps.map(({ piece }) => piece)].map(piece => [piece.id, piece]),
  );
  const spelled = (id: number) => displayToken(pieceById.get(id)!.bytes);
  const rows = states.map((pieces, i) => {
    const step = steps[i - 1];
    const before = states[i - 1];
    const pair = step && [before![step.at]!, before![step.at + 1]!].map(({ id }) => spelled(id));
    const isLast = i === steps.length;
    const cells = pieces.map(({ id, start, end }, at) => {
      const isCursor = isLast && at === token && tokens.length > 1;
      const kind = [step?.at === at ? 'merged' : '', isCursor ? 'current' : ''].join(' ');
      return html`<td colspan=${end - start} class="piece ${kind}">
        <code>${spelled(id)}</code>${
          isCursor ? html`<span class="unseen"> (at the cursor)</span>` : nothing
        }
      </td>`;
    });
    const merged = pair
      ? html`<code>${pair[0]}</code> + <code>${pair[1]}</code>`
      : html`${counted(symbols.length, 'symbol')}`;
    return html`<tr>
      <td class="number">${i || ''}</td>
      <th scope="row">${merged}</th>
      <td class="number">${step ? step.rank : ''}</td>
      ${cells}
    </tr>`;
  });
  const ends =
    steps.length > 0
      ? 'No adjacent pair of the last row has a merge.'
      : 'No adjacent pair has a merge.';
  return html`<table class="ladder" aria-labelledby="merges" aria-describedby="order">
      <thead>
        <tr>
          <th scope="col">step</th>
          <th scope="col">merges</th>
          <th scope="col" class="number">rank</th>
          <th scope="col" colspan=${symbols.length}>pieces after the step</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    <p id="order" class="source">
      Each step merges the adjacent pair with the lowest rank, the leftmost one if several are
      equal. The rank is ${rankIs}. ${ends}
    </p>`;
}

function continuations({ look, change }: Page, split: SplitView): TemplateResult {
  const [unchanged, ...others] = split.continuations;
  const onInput = (event: Event) => change({ typed: (event.target as HTMLInputElement).value });
  return html`<section aria-labelledby="more">
    <h2 id="more">What one more character would change</h2>
    <p>
      <label
        >Or type a text of your own:
        <input
          type="text"
          maxlength="16"
          size="10"
          spellcheck="false"
          value=${look.typed}
          @input=${onInput}
      /></label>
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">followed by</th>
          <th scope="col">tokens</th>
          <th scope="col">split</th>
        </tr>
      </thead>
      <tbody>
        ${[unchanged!, ...others].map(each => continuation(each, unchanged!))}
      </tbody>
    </table>
  </section>`;
}

const ORIGINS: Record<Continuation['origin'], string> = {
  end: '',
  text: 'in the text',
  typed: 'yours',
  telling: '',
};

/** `unchanged` has the tokens without a continuation. */
function continuation({ text, origin, tokens, kept }: Continuation, unchanged: Continuation) {
  const stays = kept === unchanged.tokens.length;
  const pieces = tokens.map(
    ({ bytes }, i) =>
      html`<code class="piece ${i < kept ? '' : 'merged'}">${displayToken(bytes)}</code>`,
  );
  const source = ORIGINS[origin];
  const name = origin === 'end' ? 'nothing' : html`<code>${displayToken(encodeUtf8(text))}</code>`;
  const outcome = origin === 'end' ? '' : stays ? 'stays' : html`<strong>changes</strong>`;
  return html`<tr>
    <th scope="row">${name}${source ? html` <small>${source}</small>` : nothing}</th>
    <td class="pieces">${pieces}</td>
    <td>${outcome}</td>
  </tr>`;
}

function joined(pieces: readonly Piece[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap(({ bytes }) => [...bytes]));
}
