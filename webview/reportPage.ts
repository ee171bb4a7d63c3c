// The page of a tokenizer report: its tables sort by a click on a head, and rows open their place in the editor. The page
// itself is HTML that the editor wrote.
import type { ChosenRow } from '../src/protocol/tokenizerReport';

declare function acquireVsCodeApi(): { postMessage(message: ChosenRow): void };

const vscode = acquireVsCodeApi();

for (const table of document.querySelectorAll('table')) makeSortable(table);

document.addEventListener('click', event => {
  const at = (event.target as Element).closest<HTMLElement>('[data-at]')?.dataset.at;
  if (at === undefined) return;
  const [section = 0, block = 0, row = 0] = at.split('.').map(Number);
  vscode.postMessage({ section, block, row });
});

function makeSortable(table: HTMLTableElement): void {
  const heads = [...table.querySelectorAll('th')];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.className = 'sort';
    button.textContent = head.textContent;
    button.addEventListener('click', () => {
      const isNumber = head.classList.contains('number');
      // Numbers begin with the largest, names with the first.
      const before = head.ariaSort;
      const descending = before === null ? isNumber : before === 'ascending';
      for (const other of heads) other.ariaSort = null;
      head.ariaSort = descending ? 'descending' : 'ascending';
      sort(table, column, descending ? -1 : 1);
      const said = document.getElementById('said')!;
      said.textContent = `Sorted by ${button.textContent}, ${head.ariaSort}`;
    });
    head.replaceChildren(button);
  });
}

function sort(table: HTMLTableElement, column: number, direction: 1 | -1): void {
  const [body] = table.tBodies;
  if (!body) return;
  const cellOf = (row: HTMLTableRowElement) => row.cells[column]!;
  const compare = (a: HTMLElement, b: HTMLElement) => {
    const [first, second] = [a.dataset.value, b.dataset.value];
    if (first === undefined || second === undefined)
      return (a.textContent ?? '').localeCompare(b.textContent ?? '');
    return Number(first) - Number(second);
  };
  const rows = [...body.rows].sort((a, b) => direction * compare(cellOf(a), cellOf(b)));
  body.append(...rows);
}
