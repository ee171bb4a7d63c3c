// How a tokenizer groups the digits of numbers.
import { hasSingleDigitsOnly, NumberCounts, numbersOf, type Grouping } from '../measures/numbers';
import { spellRightToLeft } from '../measures/sums';
import { formatCount } from '../../format';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { Cell, Table } from '../report';
import type { SectionKind } from '../sectionKind';
import { WordList } from './wordList';

/** Digits of the longest number that is spelled for the table of lengths. */
const LONGEST = 20;
const DIGITS = '12345678901234567890';
const MAX_LISTED = 500;

export const numbers: SectionKind = {
  isOfTokenizer: true,
  open({ tokenizers, names }) {
    const counts = tokenizers.map(() => new NumberCounts());
    const all = new WordList<Grouped>();
    return {
      add({ path, text, utf16Offset, encodings, words }) {
        counts.forEach((each, i) =>
          each.add(text, encodings[i]!, words, ({ start, end, groups, grouping }) => {
            if (i > 0 || end - start < 2) return;
            all.add(text.slice(start, end), () => ({
              place: { path, utf16Start: utf16Offset + start, utf16End: utf16Offset + end },
              of: { groups, grouping },
            }));
          }),
        );
      },
      finish: () => [
        lengthTable(names, tokenizers),
        ...counts.map((each, i) => foundTable(names[i]!, each)),
        numberTable(names[0]!, all),
      ],
    };
  },
};

interface Grouped {
  readonly groups: readonly number[];
  readonly grouping: Grouping;
}

function lengthTable(names: readonly string[], tokenizers: readonly Tokenizer[]): Table {
  const rows = Array.from({ length: LONGEST }, (_, i) => {
    const digits = DIGITS.slice(0, i + 1);
    const spellings = [digits, spellRightToLeft(digits)];
    const cells = tokenizers.flatMap(tokenizer =>
      spellings.map(spelling => groupWords(tokenizer, spelling)),
    );
    return { cells: [i + 1, ...cells] as Cell[] };
  });
  return {
    kind: 'table',
    title: 'Groups by the length of a number',
    meaning: [
      'The number of digits in each group, from the left, as the tokenizer splits a number after a space. With commas: the number is written with thousands separators.',
      ...tokenizers.flatMap((tokenizer, i) =>
        hasSingleDigitsOnly(tokenizer)
          ? [`No token of ${names[i]} holds two digits: no difference by construction.`]
          : [],
      ),
    ].join(' '),
    columns: [
      { title: 'Digits', format: 'count' },
      ...names.flatMap(name => {
        const of = names.length > 1 ? `, ${name}` : '';
        return [
          { title: `Without commas${of}`, format: 'text' as const },
          { title: `With commas${of}`, format: 'text' as const },
        ];
      }),
    ],
    rows,
  };
}

/** `3 3 1: left to right`. */
function groupWords(tokenizer: Tokenizer, spelling: string): string {
  const text = ` ${spelling}`;
  const [number] = numbersOf(text, tokenizer.encode(text));
  return `${number!.groups.join(' ')}${number!.groups.length > 1 ? `: ${number!.grouping}` : ''}`;
}

function foundTable(name: string, counts: NumberCounts): Table {
  const { numbers: all, rows } = counts.result();
  const byGrouping = new Map<Grouping, number>();
  for (const { grouping, numbers: count } of rows)
    byGrouping.set(grouping, (byGrouping.get(grouping) ?? 0) + count);
  const shares = [...byGrouping].map(([grouping, count]) => `${grouping} ${formatCount(count)}`);
  return {
    kind: 'table',
    title: `Numbers in these texts, split by ${name}`,
    meaning:
      all === 0
        ? 'These texts contain no digits.'
        : `By length and grouping, with the first example of each. Of ${formatCount(all)} numbers: ${shares.join(', ')}.`,
    columns: [
      { title: 'Digits', format: 'count' },
      { title: 'Commas', format: 'text' },
      { title: 'Grouping', format: 'text' },
      { title: 'Numbers', format: 'count', hasBar: true },
      { title: 'For example', format: 'text' },
    ],
    rows: rows.map(({ digits, commas, grouping, numbers: count, example }) => ({
      cells: [digits, commas ? 'with' : 'without', grouping, count, example],
    })),
  };
}

/** At its first place: what stands before a number may change how it is cut. */
function numberTable(name: string, all: WordList<Grouped>): Table {
  const { listed, total } = all.worst(MAX_LISTED, () => 1);
  const rows = listed.map(({ word, times, place, of }) => ({
    cells: [word, times, groupsOf(word, of.groups), of.grouping],
    place,
  }));
  return {
    kind: 'table',
    title: 'Every number of two digits or more',
    meaning: `As ${name} splits the first occurrence; most frequent first. Click to open the first occurrence.`,
    columns: [
      { title: 'Number', format: 'text' },
      { title: 'Times', format: 'count' },
      { title: 'Groups', format: 'text' },
      { title: 'Grouping', format: 'text' },
    ],
    rows,
    total,
  };
}

/** `123 456 7` */
function groupsOf(number: string, groups: readonly number[]): string {
  const digits = number.replaceAll(',', '');
  let at = 0;
  return groups.map(length => digits.slice(at, (at += length))).join(' ');
}
