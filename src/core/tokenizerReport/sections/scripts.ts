// Whether a tokenizer cuts texts in some scripts, or in some languages, finer than in others.
import { parityOf } from '../measures/parity';
import {
  bestBytesPerToken,
  isOverSegmented,
  ScriptCounts,
  type ScriptReport,
  type ScriptWord,
} from '../measures/scripts';
import { parallelTexts } from '../parallelTexts';
import type { Table } from '../report';
import type { SectionKind } from '../sectionKind';
import { columnsPer } from './tables';
import { WordList, type WorstWords } from './wordList';

const REFERENCE = 'English';
/** Words that are listed. */
const MAX_LISTED = 100;
/** A word is cut finely if it has this many times the tokens per byte of the best script. */
const FACTOR = 2;
const MIN_TOKENS = 3;

type FineWord = Pick<ScriptWord, 'script' | 'tokens' | 'bytes'>;

export const scripts: SectionKind = {
  isOfTokenizer: true,
  open({ tokenizers, names }) {
    const counts = tokenizers.map(() => new ScriptCounts());
    const fine = new WordList<FineWord>();
    return {
      add({ path, text, words: runs, utf16Offset, encodings }) {
        const words: ScriptWord[] = [];
        const onWord = (word: ScriptWord) => words.push(word);
        counts.forEach((each, i) =>
          each.add(text, encodings[i]!, runs, i === 0 ? onWord : undefined, MIN_TOKENS),
        );
        // Of the scripts so far; what is not above the last one's is left out at the end.
        const best = bestBytesPerToken(counts[0]!.result());
        if (best === undefined) return;
        for (const word of words) {
          if (!isOverSegmented(word, best, FACTOR)) continue;
          const { start, end, ...of } = word;
          fine.add(text.slice(start, end), () => ({
            place: { path, utf16Start: utf16Offset + start, utf16End: utf16Offset + end },
            of,
          }));
        }
      },
      finish() {
        const reports = counts.map(each => each.result());
        const best = bestBytesPerToken(reports[0]!) ?? Infinity;
        const excess = ({ tokens, bytes }: FineWord) => tokens - bytes / best;
        const worst = fine.worst(MAX_LISTED, word =>
          isOverSegmented(word, best, FACTOR) ? excess(word) : 0,
        );
        return [
          scriptTable(names, reports),
          fineTable(worst),
          parityTable(
            names,
            tokenizers.map(tokenizer =>
              parityOf(parallelTexts, REFERENCE, text => tokenizer.encode(text).ids.length),
            ),
          ),
        ] satisfies Table[];
      },
    };
  },
};

function scriptTable(names: readonly string[], reports: readonly ScriptReport[]): Table {
  const byScript = reports.map(({ rows }) => new Map(rows.map(row => [row.script, row])));
  return {
    kind: 'table',
    title: 'Scripts of these texts',
    meaning: `A token belongs to the script of its first letter. Disparity: tokens per byte relative to the best script${bestWords(reports[0]!)}. Words are counted for scripts that separate them by spaces.`,
    columns: [
      { title: 'Script', format: 'text' },
      ...columnsPer(
        names,
        ['Tokens', 'count'],
        ['Bytes per token', 'rate'],
        ['Tokens per word', 'rate'],
        ['Disparity', 'rate'],
      ).map(column => ({ ...column, hasBar: column.title.startsWith('Disparity') })),
    ],
    rows: reports[0]!.rows.map(({ script }) => ({
      cells: [
        script,
        ...byScript.flatMap(rows => {
          const row = rows.get(script);
          return [
            row?.tokens ?? null,
            row?.bytesPerToken ?? null,
            row?.tokensPerWord ?? null,
            row?.disparity ?? null,
          ];
        }),
      ],
    })),
  };
}

const bestWords = ({ best }: ScriptReport) => (best === null ? '' : `, here ${best}`);

const fineTable = ({ listed, total }: WorstWords<FineWord>): Table => ({
  kind: 'table',
  title: 'Words that are split into many tokens',
  meaning: `Words of at least ${MIN_TOKENS} tokens with more than ${FACTOR} times the tokens per byte of the best script, sorted by how many more tokens they take in all than as many bytes of that script. The number of tokens is that of the first occurrence; click to open it.`,
  columns: [
    { title: 'Word', format: 'text' },
    { title: 'Script', format: 'text' },
    { title: 'Times', format: 'count' },
    { title: 'Tokens', format: 'count' },
    { title: 'Bytes per token', format: 'rate' },
  ],
  rows: listed.map(({ word, times, place, of: { script, tokens, bytes } }) => ({
    cells: [word, script, times, tokens, bytes / tokens],
    place,
  })),
  total,
});

function parityTable(
  names: readonly string[],
  parities: readonly ReturnType<typeof parityOf>[],
): Table {
  const byLanguage = parities.map(rows => new Map(rows.map(row => [row.language, row])));
  return {
    kind: 'table',
    title: `The same text in ${parallelTexts.length} languages`,
    meaning: `Four articles of the Universal Declaration of Human Rights. Parity: tokens relative to the ${REFERENCE} text.`,
    columns: [
      { title: 'Language', format: 'text' },
      ...columnsPer(names, ['Tokens', 'count'], ['Parity', 'rate']).map((column, i) => ({
        ...column,
        hasBar: i === 1,
      })),
    ],
    rows: parities[0]!.map(({ language }) => ({
      cells: [
        language,
        ...byLanguage.flatMap(rows => {
          const { tokens, parity } = rows.get(language)!;
          return [tokens, parity];
        }),
      ],
    })),
  };
}
