// The visible tokens as a table that sorts by any column.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { VisibleTokens } from '../../src/protocol/page';
import { columnsOf, sorted, type Column } from '../parts/tableColumns';
import type { Page } from '../page';
import { listeners } from '../parts/roving';
import { heatClass, selectToken, tokenRows, type TokenRow } from '../parts/tokenRows';
import { visibleListNote, visibleListTemplate } from '../parts/visibleList';
import type { Tab } from './tab';
import { shownLens } from '../parts/shownLens';

export const tableTab: Tab<VisibleTokens> = {
  title: 'Table',
  template: (page, list) => visibleListTemplate(page, list, tableTemplate),
  note: visibleListNote,
};

function tableTemplate(page: Page, list: VisibleTokens): TemplateResult {
  const { look, shared } = page;
  const columns = columnsOf(
    list.runs.map(({ view }) => view.scores),
    shared,
  );
  const column = columns.find(({ id }) => id === look.column) ?? columns[0]!;
  const rows = sorted(tokenRows(list), column, look.isDescending);
  const { onKey, onClick, onFocus } = listeners((element, goThere) =>
    selectToken(page, list, element, goThere),
  );
  return html`<table
    class="list"
    role="grid"
    aria-label="Tokens of the visible text"
    aria-describedby="note"
  >
    <thead>
      <tr>
        ${columns.map(each => header(page, each, each === column))}
      </tr>
    </thead>
    <tbody data-tokens @keydown=${onKey} @click=${onClick} @focusin=${onFocus}>
      ${repeat(
        rows,
        row => row.index,
        row => rowTemplate(page, columns, row),
      )}
    </tbody>
  </table>`;
}

function header({ look, change }: Page, column: Column, isSorted: boolean): TemplateResult {
  const { id, title, unit, isNumber } = column;
  const order = look.isDescending ? 'descending' : 'ascending';
  const sort = () => {
    // Lens columns start with the highest values.
    const isDescending = isSorted ? !look.isDescending : id.startsWith('lens.');
    const words = isDescending ? 'descending' : 'ascending';
    change({ column: id, isDescending }, `Sorted by ${title}, ${words}`);
  };
  const arrow = html`<span class="arrow" aria-hidden="true"
    >${isSorted ? (look.isDescending ? '▼' : '▲') : ''}</span
  >`;
  // On the inner side of the title, so that the title is aligned with its column.
  const [before, after] = isNumber ? [arrow, nothing] : [nothing, arrow];
  return html`<th
    scope="col"
    class=${isNumber ? 'number' : ''}
    aria-sort=${isSorted ? order : nothing}
  >
    <button type="button" class="sort" @click=${sort}>
      ${before}${title}${unit ? html` <small>${unit}</small>` : nothing}${after}
    </button>
  </th>`;
}

function rowTemplate(page: Page, columns: readonly Column[], row: TokenRow): TemplateResult {
  const lens = shownLens(page.shared);
  const cells = columns.map(column => {
    if (column.id === 'token') {
      return html`<td>
        <code class="chip ${heatClass(lens, row)}">${column.text(row)}</code>
      </td>`;
    }
    return html`<td class=${column.isNumber ? 'number' : 'bytes'}>${column.text(row)}</td>`;
  });
  return html`<tr tabindex="-1" data-token=${row.index} aria-selected="false">
    ${cells}
  </tr>`;
}
