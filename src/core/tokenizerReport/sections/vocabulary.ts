// What a vocabulary is made of, and which of its entries are of use.
import { displayToken } from '../../displayToken';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { alphabetsOf } from '../measures/alphabets';
import { reachabilityOf, type Reachability } from '../measures/reachability';
import { TextQualityCounts } from '../measures/textQuality';
import { overlapOf, vocabularyReport, type VocabularyReport } from '../measures/vocabulary';
import type { Block, Table } from '../report';
import type { SectionKind } from '../sectionKind';
import { columnsPer, countTable, measureTable } from './tables';

/** Entries that are listed. */
const MAX_LISTED = 200;

export const vocabulary: SectionKind = {
  isOfTokenizer: true,
  open({ tokenizers, names }) {
    const quality = tokenizers.map(() => new TextQualityCounts());
    return {
      add({ text, encodings, words, size }) {
        quality.forEach((counts, i) => counts.add(text, encodings[i]!, words, size));
      },
      finish(onProgress) {
        const step = (done: number) => onProgress(done / (2 * tokenizers.length));
        const reports = tokenizers.map(vocabularyReport);
        const reached = tokenizers.map((tokenizer, i) => {
          step(tokenizers.length + i);
          return reachabilityOf(tokenizer);
        });
        return [
          overTexts(names, quality),
          classTable(names, reports),
          scriptTable(names, reports),
          alphabetTable(names, tokenizers),
          duplicateTable(names, reports),
          exampleTable(tokenizers[0]!, reports[0]!),
          reachTable(names, reached),
          ...tokenizers.map((tokenizer, i) => neverTable(tokenizer, names[i]!, reached[i]!)),
          ...(tokenizers.length > 1 ? [overlapTable(names, tokenizers)] : []),
        ] satisfies Block[];
      },
    };
  },
};

function overTexts(names: readonly string[], quality: readonly TextQualityCounts[]): Table {
  const found = quality.map(counts => counts.result());
  return measureTable(
    {
      title: 'Over these texts',
      meaning:
        'Fertility is tokens per word, a word being a run of anything but white space. Retention is the share of runs of letters and digits that are inside one token.',
    },
    names,
    'rate',
    [
      ['Fertility', ...found.map(({ fertility }) => fertility)],
      ['Characters per token', ...found.map(({ charactersPerToken }) => charactersPerToken)],
      ['Bytes per token', ...found.map(({ bytesPerToken }) => bytesPerToken)],
      ['Single-token retention', ...found.map(({ retention }) => retention)],
    ],
  );
}

const classTable = (names: readonly string[], reports: readonly VocabularyReport[]) =>
  countTable(
    {
      title: 'Entries by class',
      meaning:
        'What an entry is spelled with, a blank before it left out. Bytes: not whole characters, of which only others are made.',
    },
    'Class',
    names,
    reports.map(({ classes }) =>
      classes.map(({ class: name, entries }) => ({ name, count: entries })),
    ),
  );

const scriptTable = (names: readonly string[], reports: readonly VocabularyReport[]) =>
  countTable(
    {
      title: 'Entries by script',
      meaning:
        'The Unicode script of an entry’s characters. Common: digits, punctuation and blanks alone.',
    },
    'Script',
    names,
    reports.map(({ scripts }) =>
      scripts.map(({ script, entries }) => ({ name: script, count: entries })),
    ),
  );

function alphabetTable(names: readonly string[], tokenizers: readonly Tokenizer[]): Table {
  const found = tokenizers.map(tokenizer => alphabetsOf(tokenizer));
  const rows = found[0]!.map(({ language, characters }, row) => ({
    cells: [
      language,
      characters,
      ...found.flatMap(list => [list[row]!.single / characters, list[row]!.entries]),
    ],
  }));
  rows.sort((a, b) => Number(b.cells[2]) - Number(a.cells[2]));
  return {
    kind: 'table',
    title: 'Alphabets',
    meaning:
      'The share of an alphabet’s characters that are a token of their own, and how many entries are spelled with it alone. What is not covered is spelled by bytes.',
    columns: [
      { title: 'Alphabet', format: 'text' },
      { title: 'Characters', format: 'count' },
      ...columnsPer(names, ['Covered', 'share'], ['Entries', 'count']),
    ],
    rows,
  };
}

const duplicateTable = (names: readonly string[], reports: readonly VocabularyReport[]) =>
  measureTable(
    {
      title: 'Spellings that differ little',
      meaning:
        'Entries that another one with a lower id equals. A model has to learn for each of them anew what they mean.',
    },
    names,
    'count',
    (
      [
        ['up to blanks at the ends', 'blanks'],
        ['up to case', 'case'],
        ['up to both', 'both'],
      ] as const
    ).map(([title, key]) => [title, ...reports.map(({ duplicates }) => duplicates[key])]),
  );

const exampleTable = (tokenizer: Tokenizer, { duplicates }: VocabularyReport): Table => ({
  kind: 'table',
  title: 'Most spellings of one word',
  meaning: 'Entries of the first tokenizer that are equal up to case and blanks.',
  columns: [
    { title: 'Entries', format: 'text' },
    { title: 'How many', format: 'count' },
  ],
  rows: duplicates.examples.map(ids => ({
    cells: [ids.map(id => displayToken(tokenizer.bytesOf(id))).join('  '), ids.length],
  })),
});

const reachTable = (names: readonly string[], reached: readonly Reachability[]) =>
  measureTable(
    {
      title: 'Entries that a text can have',
      meaning: [
        'Decided by the tokenizer itself: an entry is reached if a text is known that is encoded with it; it is never used if merges, UTF-8 and the normal form show that there is none. Special tokens are not asked about.',
        ...reached.flatMap(({ reason }, i) =>
          reason === null ? [] : [`Of ${names[i]} the merges could not be asked: ${reason}`],
        ),
      ].join(' '),
    },
    names,
    'count',
    [
      ['Asked about', ...reached.map(({ entries }) => entries)],
      ['Reached', ...reached.map(each => each.reached)],
      ['Never used', ...reached.map(({ unreachable }) => unreachable.length)],
      ['Neither shown', ...reached.map(({ open }) => open.length)],
    ],
  );

const neverTable = (tokenizer: Tokenizer, name: string, reached: Reachability): Table => ({
  kind: 'table',
  title: `Never used by ${name}`,
  meaning: 'A model sees these in training only where texts were not encoded by this tokenizer.',
  columns: [
    { title: 'Id', format: 'text' },
    { title: 'Entry', format: 'text' },
    { title: 'Decided', format: 'text' },
  ],
  rows: [
    ...reached.unreachable.map(id => [id, 'no text has it'] as const),
    ...reached.open.map(id => [id, 'no text was found'] as const),
  ]
    .slice(0, MAX_LISTED)
    .map(([id, decided]) => ({
      cells: [String(id), displayToken(tokenizer.bytesOf(id)), decided],
    })),
  total: reached.unreachable.length + reached.open.length,
});

function overlapTable(names: readonly string[], [a, b]: readonly Tokenizer[]): Table {
  const { first, second, both } = overlapOf(a!, b!);
  const all = first + second - both;
  return {
    kind: 'table',
    title: 'Overlap of the two vocabularies',
    meaning: 'Entries with the same bytes, special tokens left out.',
    columns: [
      { title: 'In', format: 'text' },
      { title: 'Entries', format: 'count', hasBar: true },
      { title: 'Share of all', format: 'share' },
    ],
    rows: (
      [
        [`${names[0]} alone`, first - both],
        ['both', both],
        [`${names[1]} alone`, second - both],
      ] as const
    ).map(([name, count]) => ({
      cells: [name, count, count / all],
    })),
  };
}
