// How many tokens the texts take, by kind of file and file by file.
import { addSizes, ratesOf, type TextSize } from '../../text/textSize';
import type { Column, Row, Table } from '../report';
import type { SectionKind } from '../sectionKind';
import { endingOf } from './endings';

/** Files that are listed. */
const MAX_FILES = 200;

interface Counted {
  readonly size: TextSize;
  /** [tokenizer] */
  readonly tokens: readonly number[];
}

export const size: SectionKind = {
  open({ tokenizers }) {
    const files = new Map<string, Counted>();
    return {
      add({ path, size, encodings }) {
        const counted = { size, tokens: encodings.map(({ ids }) => ids.length) };
        const before = files.get(path);
        files.set(path, before ? sumOf(before, counted) : counted);
      },
      finish() {
        const kinds = new Map<string, Counted>();
        for (const [path, counted] of files) {
          const kind = endingOf(path);
          const before = kinds.get(kind);
          kinds.set(kind, before ? sumOf(before, counted) : counted);
        }
        const total = [...files.values()].reduce(sumOf);
        const ratio = ({ size, tokens }: Counted) => tokens[0]! / size.characters;
        const worst = [...files].sort(([, a], [, b]) => ratio(b) - ratio(a));
        return [
          {
            kind: 'table',
            title: 'By kind of file',
            meaning: `${MEANING} A word is a run of characters other than white space.`,
            columns: columnsOf('Files', tokenizers.length),
            rows: [
              rowOf('all', total),
              ...[...kinds]
                .sort(([, a], [, b]) => b.tokens[0]! - a.tokens[0]!)
                .map(([kind, counted]) => rowOf(kind, counted)),
            ],
          },
          {
            kind: 'table',
            title: 'Files with the most tokens for their length',
            meaning: MEANING,
            columns: columnsOf('File', tokenizers.length),
            rows: worst.slice(0, MAX_FILES).map(([path, counted]) => ({
              ...rowOf(path, counted),
              place: { path, utf16Start: 0, utf16End: 0 },
            })),
            total: worst.length,
          },
        ] satisfies Table[];
      },
    };
  },
};

const MEANING =
  'Tokens per word is called fertility. The fewer tokens per character, the more text fits into a context window.';

const sumOf = (a: Counted, b: Counted): Counted => ({
  size: addSizes(a.size, b.size),
  tokens: a.tokens.map((count, i) => count + b.tokens[i]!),
});

function columnsOf(title: string, tokenizers: number): Column[] {
  const second: Column[] = [
    { title: 'Tokens of the second', format: 'count' },
    { title: 'Ratio', format: 'rate' },
  ];
  return [
    { title, format: 'text' },
    { title: 'Tokens', format: 'count', hasBar: true },
    ...(tokenizers > 1 ? second : []),
    { title: 'Per word', format: 'rate' },
    { title: 'Per character', format: 'rate' },
    { title: 'Bytes per token', format: 'rate' },
  ];
}

function rowOf(name: string, { size, tokens: [first = 0, second] }: Counted): Row {
  const rates = ratesOf(first, size);
  const compared = second === undefined ? [] : [second, second / first];
  return {
    cells: [
      name,
      first,
      ...compared,
      rates.tokensPerWord,
      rates.tokensPerCharacter,
      rates.bytesPerToken,
    ],
  };
}
