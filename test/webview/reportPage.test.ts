// The page of a tokenizer report: a click on a head sorts its table, and a click on a row asks for its place.
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';

interface Cell {
  readonly textContent: string;
  readonly dataset: { value?: string };
}
interface Row {
  readonly cells: Cell[];
}
type Button = { textContent: string; click(): void };

class Head {
  ariaSort: string | null = null;
  button: Button | undefined;
  readonly classList = { contains: (name: string) => name === 'number' && this.isNumber };
  constructor(
    readonly textContent: string,
    private readonly isNumber: boolean,
  ) {}
  replaceChildren = (button: Button) => (this.button = button);
}

/** Numbers are shown rounded: what they are is in `data-value`. */
const cell = (value: string | number): Cell =>
  typeof value === 'number'
    ? { textContent: `~${value.toFixed(0)}`, dataset: { value: String(value) } }
    : { textContent: value, dataset: {} };

class Table {
  readonly heads;
  readonly tBodies: { rows: Row[]; append(...rows: Row[]): void }[] = [];
  constructor(titles: [string, boolean][], rows?: (string | number)[][]) {
    this.heads = titles.map(([title, isNumber]) => new Head(title, isNumber));
    if (!rows) return;
    const body = {
      rows: rows.map(own => ({ cells: own.map(cell) })),
      // Moves those that are there already.
      append: (...moved: Row[]) =>
        (body.rows = [...body.rows.filter(row => !moved.includes(row)), ...moved]),
    };
    this.tBodies.push(body);
  }
  querySelectorAll = () => this.heads;
  press(title: string) {
    this.heads.find(({ textContent }) => textContent === title)!.button!.click();
    return {
      names: this.tBodies[0]?.rows.map(({ cells }) => cells[0]!.textContent),
      sorts: this.heads.map(({ ariaSort }) => ariaSort),
      said: said.textContent,
    };
  }
}

const said = { textContent: '' };
const posted: unknown[] = [];
let click: (event: { target: unknown }) => void;
let [table, empty]: Table[] = [];
const titles: [string, boolean][] = [
  ['language', false],
  ['tokens', true],
];

beforeAll(async () => {
  table = new Table(titles, [
    ['Welsh', 2.4],
    ['Ärzte', 10],
    ['Ga', 2.2],
    ['Zulu', 10],
  ]);
  empty = new Table(titles);
  vi.stubGlobal('acquireVsCodeApi', () => ({ postMessage: (row: unknown) => posted.push(row) }));
  vi.stubGlobal('document', {
    querySelectorAll: (selector: string) => (selector === 'table' ? [table, empty] : []),
    addEventListener: (name: string, listener: typeof click) => {
      if (name === 'click') click = listener;
    },
    createElement: () => ({
      textContent: '',
      addEventListener(this: Button, _: string, listener: () => void) {
        this.click = listener;
      },
    }),
    getElementById: (id: string) => (id === 'said' ? said : null),
  });
  await import('../../webview/reportPage');
});
beforeEach(() => void (posted.length = 0));

test('heads are buttons with their titles', () => {
  expect(table!.heads.map(({ button }) => button!.textContent)).toEqual(['language', 'tokens']);
});

test('numbers begin with the largest, names with the first; a second click turns the order round', () => {
  // Equal ones stay in their order, both ways.
  expect(table!.press('tokens')).toEqual({
    names: ['Ärzte', 'Zulu', 'Welsh', 'Ga'],
    sorts: [null, 'descending'],
    said: 'Sorted by tokens, descending',
  });
  expect(table!.press('tokens')).toEqual({
    names: ['Ga', 'Welsh', 'Ärzte', 'Zulu'],
    sorts: [null, 'ascending'],
    said: 'Sorted by tokens, ascending',
  });
  // By the alphabet of people, not by codes.
  expect(table!.press('language')).toEqual({
    names: ['Ärzte', 'Ga', 'Welsh', 'Zulu'],
    sorts: ['ascending', null],
    said: 'Sorted by language, ascending',
  });
  expect(table!.press('language').names).toEqual(['Zulu', 'Welsh', 'Ga', 'Ärzte']);
  expect(table!.press('tokens').sorts).toEqual([null, 'descending']);
  expect(table!.press('tokens').sorts).toEqual([null, 'ascending']);
  expect(table!.press('tokens').sorts).toEqual([null, 'descending']);
});

test('a table without rows can be sorted, too', () => {
  expect(empty!.press('tokens').sorts).toEqual([null, 'descending']);
});

test('a click in a row asks for its place, and one elsewhere for nothing', () => {
  const inside = (at?: string) => ({
    target: {
      closest: (selector: string) =>
        selector === '[data-at]' && at !== undefined ? { dataset: { at } } : null,
    },
  });
  click(inside());
  expect(posted).toEqual([]);
  click(inside('2.0.13'));
  expect(posted).toEqual([{ section: 2, block: 0, row: 13 }]);
});
