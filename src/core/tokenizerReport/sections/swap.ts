// The texts under the second tokenizer in place of the first.
import { costsOf, type Price } from '../measures/cost';
import { addSwaps, noSwap, swapOf, swapRatio, type Swap } from '../measures/swap';
import { formatCell } from '../formats/cells';
import type { Table } from '../report';
import type { SectionKind } from '../sectionKind';
import { WordList } from './wordList';

const MAX_FILES = 200;
const MAX_WORDS = 100;

export const swap: SectionKind = {
  open({ tokenizers, names, options }) {
    if (tokenizers.length < 2)
      return { missing: 'This section compares two tokenizers. Choose a second one.' };
    const files = new Map<string, Swap>();
    // One word may become whole at some places and break at others.
    const [becomeWhole, breaking] = [new WordList<null>(), new WordList<null>()];
    return {
      add({ path, text, words, utf16Offset, encodings: [first, second] }) {
        const found = swapOf(text, first!, second!, words, ({ start, end, becomesWhole }) => {
          (becomesWhole ? becomeWhole : breaking).add(text.slice(start, end), () => ({
            place: { path, utf16Start: utf16Offset + start, utf16End: utf16Offset + end },
            of: null,
          }));
        });
        files.set(path, addSwaps(files.get(path) ?? noSwap, found));
      },
      finish() {
        const all = [...files.values()].reduce(addSwaps, noSwap);
        return [
          totals(names, all),
          wordTable(`Words that become whole under ${names[1]}`, becomeWhole),
          wordTable(`Words that break under ${names[1]}`, breaking),
          fileTable(names, files),
          ...(options.prices ? [costTable(names, all, options.prices)] : []),
        ];
      },
    };
  },
};

function totals([first, second]: readonly string[], all: Swap): Table {
  const boundaries = all.shared + all.onlyFirst + all.onlySecond;
  const row = (name: string, count: number, whole: number) => ({
    cells: [name, count, whole > 0 ? count / whole : null],
  });
  return {
    kind: 'table',
    title: 'Total',
    meaning: `${second} makes ${formatCell(swapRatio(all), 'rate')} times as many tokens as ${first}. Boundaries are those between tokens. A word is a run of letters and digits; it is whole if it is inside one token.`,
    columns: [
      { title: 'What', format: 'text' },
      { title: 'Count', format: 'count' },
      { title: 'Share', format: 'share', hasBar: true },
    ],
    rows: [
      row('boundaries of both', all.shared, boundaries),
      row(`boundaries of ${first} alone`, all.onlyFirst, boundaries),
      row(`boundaries of ${second} alone`, all.onlySecond, boundaries),
      row('words that are whole in both', all.wholeInBoth, all.words),
      row(`words that become whole under ${second}`, all.becomeWhole, all.words),
      row(`words that break under ${second}`, all.break, all.words),
    ],
  };
}

function wordTable(title: string, words: WordList<null>): Table {
  const { listed, total } = words.worst(MAX_WORDS, () => 1);
  return {
    kind: 'table',
    title,
    meaning: 'Most frequent first. Click to open the first occurrence.',
    columns: [
      { title: 'Word', format: 'text' },
      { title: 'Times', format: 'count', hasBar: true },
    ],
    rows: listed.map(({ word, times, place }) => ({ cells: [word, times], place })),
    total,
  };
}

function fileTable([first, second]: readonly string[], files: ReadonlyMap<string, Swap>): Table {
  const rows = [...files].map(([path, found]) => ({ path, ...found, ratio: swapRatio(found) }));
  rows.sort((a, b) => (b.ratio ?? -1) - (a.ratio ?? -1));
  return {
    kind: 'table',
    title: 'Files that grow the most',
    meaning: `Ratio: tokens of ${second} divided by tokens of ${first}.`,
    columns: [
      { title: 'File', format: 'text' },
      { title: `Tokens, ${first}`, format: 'count' },
      { title: `Tokens, ${second}`, format: 'count' },
      { title: 'Ratio', format: 'rate', hasBar: true },
    ],
    rows: rows.slice(0, MAX_FILES).map(({ path, first: own, second: other, ratio }) => ({
      cells: [path, own, other, ratio],
      place: { path, utf16Start: 0, utf16End: 0 },
    })),
    total: rows.length,
  };
}

function costTable([first, second]: readonly string[], all: Swap, prices: readonly Price[]): Table {
  const [own, other] = [all.first, all.second].map(tokens => costsOf(tokens, prices));
  return {
    kind: 'table',
    title: 'Context window and cost',
    meaning:
      'All texts as one input, at the prices in your settings. A price applies only to the tokenizer of its model.',
    columns: [
      { title: 'Price', format: 'text' },
      { title: `Cost, ${first}`, format: 'money' },
      { title: `Cost, ${second}`, format: 'money' },
      { title: `Of the window, ${first}`, format: 'share' },
      { title: `Of the window, ${second}`, format: 'share' },
    ],
    rows: own!.map(({ name, cost, windowShare }, i) => ({
      cells: [name, cost, other![i]!.cost, windowShare, other![i]!.windowShare],
    })),
  };
}
