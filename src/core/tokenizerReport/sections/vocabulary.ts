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
        'Fertility: tokens per word; a word is a run of characters other than white space. Retention: the share of runs of letters and digits that are inside one token.',
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
        'The kind of characters in an entry, without a leading space. Bytes: entries that are not whole characters and occur only as parts of them.',
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
        'The Unicode script of an entry’s characters. Common: only digits, punctuation and spaces.',
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
      'The share of an alphabet’s characters that are tokens of their own, and the number of entries that consist of it alone. Characters that are not covered are split into bytes.',
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
      title: 'Similar spellings',
      meaning:
        'Entries that equal one with a lower id up to the named difference. A model has to learn the meaning of each of them separately.',
    },
    names,
    'count',
    (
      [
        ['up to spaces at the ends', 'blanks'],
        ['up to case', 'case'],
        ['up to both', 'both'],
      ] as const
    ).map(([title, key]) => [title, ...reports.map(({ duplicates }) => duplicates[key])]),
  );

const exampleTable = (tokenizer: Tokenizer, { duplicates }: VocabularyReport): Table => ({
  kind: 'table',
  title: 'Words with the most spellings',
  meaning: 'Entries of the first tokenizer that are equal up to case and spaces.',
  columns: [
    { title: 'Entries', format: 'text' },
    { title: 'Spellings', format: 'count' },
  ],
  rows: duplicates.examples.map(ids => ({
    cells: [ids.map(id => displayToken(tokenizer.bytesOf(id))).join('  '), ids.length],
  })),
});

const reachTable = (names: readonly string[], reached: readonly Reachability[]) =>
  measureTable(
    {
      title: 'Reachable entries',
      meaning: [
        'Checked with the tokenizer itself. Reached: a text is known whose encoding has the entry. Never used: merges, UTF-8 or the normal form rule out such a text. Special tokens are not checked.',
        ...reached.flatMap(({ reason }, i) =>
          reason === null ? [] : [`Of ${names[i]} the merges could not be asked: ${reason}`],
        ),
      ].join(' '),
    },
    names,
    'count',
    [
      ['Checked', ...reached.map(({ entries }) => entries)],
      ['Reached', ...reached.map(each => each.reached)],
      ['Never used', ...reached.map(({ unreachable }) => unreachable.length)],
      ['Undecided', ...reached.map(({ open }) => open.length)],
    ],
  );

const neverTable = (tokenizer: Tokenizer, name: string, reached: Reachability): Table => ({
  kind: 'table',
  title: `Never used by ${name}`,
  meaning:
    'No known text is encoded with these entries, so a model may never have seen them in training.',
  columns: [
    { title: 'Id', format: 'text' },
    { title: 'Entry', format: 'text' },
    { title: 'Reason', format: 'text' },
  ],
  rows: [
    ...reached.unreachable.map(id => [id, 'no text can have it'] as const),
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
    meaning: 'Entries with the same bytes, without special tokens.',
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
