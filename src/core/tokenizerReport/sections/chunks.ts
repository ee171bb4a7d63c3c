// How well chunks of a text fit the passages that answer questions, by the way the text is cut.
import {
  chunksBySeparators,
  chunksByTokens,
  TokenPlaces,
  type TokenRange,
} from '../measures/chunkers';
import { chunkMetrics, meanMetrics, type ChunkMetrics } from '../measures/chunks';
import { codePointPlaces, mayBeAt, type Question } from '../measures/passages';
import type { Column, Row, Table } from '../report';
import type { SectionKind, TokenizedText } from '../sectionKind';

const SIZES = [64, 128, 256, 512, 1024];
/** Shares of the size that a chunk has in common with the one before. */
const OVERLAPS = [0, 0.5];
const MAX_QUESTIONS = 200;

/** A way to cut a text. */
interface Chunking {
  readonly name: string;
  readonly size: number;
  readonly overlap: number;
  readonly bySeparators: boolean;
}

const CHUNKINGS: readonly Chunking[] = [true, false].flatMap(bySeparators =>
  SIZES.flatMap(size =>
    OVERLAPS.map(share => ({
      name: bySeparators ? 'paragraphs, lines, sentences' : 'a fixed number of tokens',
      size,
      overlap: size * share,
      bySeparators,
    })),
  ),
);

/** A question's metrics by each chunking. */
interface Asked {
  readonly question: Question;
  readonly path: string;
  readonly metrics: readonly ChunkMetrics[];
  readonly place: { readonly utf16Start: number; readonly utf16End: number };
}

export const chunks: SectionKind = {
  open({ options: { questions } }) {
    if (!questions)
      return {
        missing:
          'This section needs a file with questions and the passages that answer them. Set "tokenscope.report.passages", or use --passages.',
      };
    const found: Asked[] = [];
    const parts = new Set<string>();
    return {
      add(text) {
        // Offsets of a passage count from the beginning of its file.
        if (text.utf16Offset > 0) parts.add(text.path);
        else found.push(...askedOf(text, questions));
      },
      finish() {
        const asked = nearest(found);
        if (asked.length === 0)
          return {
            missing: 'None of the passages is in these texts. Check the paths of the passages.',
          };
        const long = parts.size > 0 ? ' Only the first 1 MB of each text is read.' : '';
        return [settingTable(asked, long), questionTable(asked)];
      },
    };
  },
};

/** Of texts that may be the one that a question names, the one whose path has the most of it. */
function nearest(found: readonly Asked[]): Asked[] {
  const longest = new Map<Question, number>();
  for (const { question, path } of found)
    longest.set(question, Math.max(longest.get(question) ?? 0, path.length));
  return found.filter(
    ({ question, path }) => question.path === undefined || path.length === longest.get(question),
  );
}

function askedOf(text: TokenizedText, questions: readonly Question[]): Asked[] {
  const own = questions.filter(({ path }) => path === undefined || mayBeAt(path, text.path));
  if (own.length === 0) return [];
  const places = new TokenPlaces(text.text, text.encodings[0]!);
  const utf16Of = codePointPlaces(text.text);
  const cut = CHUNKINGS.map(({ bySeparators, ...size }) =>
    bySeparators ? chunksBySeparators(places, size) : chunksByTokens(places.count, size),
  );
  return own.flatMap(question => {
    const spans = question.references.map(({ start, end }) => ({
      utf16Start: utf16Of(start),
      utf16End: utf16Of(end),
    }));
    const ranges = spans.map(({ utf16Start, utf16End }) => tokensOf(places, utf16Start, utf16End));
    if (ranges.every(({ first, end }) => first === end)) return [];
    const metrics = cut.map(each => chunkMetrics(each, ranges));
    return [{ question, path: text.path, metrics, place: spans[0]! }];
  });
}

/** The tokens of a passage. Its first one may begin with the white space before it. */
function tokensOf(places: TokenPlaces, start: number, end: number): TokenRange {
  const range = places.rangeOf(start, end);
  const before = range.first - 1;
  const reachesIn = before >= 0 && places.startOf(range.first) > start;
  if (!reachesIn || places.text.slice(places.startOf(before), start).trim() !== '') return range;
  return { first: before, end: range.end };
}

const RATIOS: readonly Column[] = [
  { title: 'Precision omega', format: 'share', hasBar: true },
  { title: 'Intersection over union', format: 'share', hasBar: true },
];

const ratiosOf = ({ precisionOmega, iou }: ChunkMetrics) => [precisionOmega, iou];

function settingTable(asked: readonly Asked[], long: string): Table {
  const rows = CHUNKINGS.map(({ name, size, overlap }, i): Row => {
    const mean = meanMetrics(asked.map(({ metrics }) => metrics[i]!));
    return { cells: [name, size, overlap, ...ratiosOf(mean)] };
  });
  return {
    kind: 'table',
    title: 'By chunking method',
    meaning: `Averages over ${asked.length} questions, in tokens of the first tokenizer. Every chunk with a token of a passage counts as retrieved. Precision omega: the share of the retrieved tokens that belong to the passages. Intersection over union: lower where chunks overlap, because tokens that are retrieved twice count twice.${long}`,
    columns: [
      { title: 'Split at', format: 'text' },
      { title: 'Tokens', format: 'count' },
      { title: 'Overlap', format: 'count' },
      ...RATIOS,
    ],
    rows,
  };
}

function questionTable(asked: readonly Asked[]): Table {
  const [best] = CHUNKINGS.map((chunking, i) => ({
    chunking,
    i,
    iou: meanMetrics(asked.map(({ metrics }) => metrics[i]!)).iou ?? 0,
  })).sort((a, b) => b.iou - a.iou);
  const { name, size, overlap } = best!.chunking;
  const rows = asked.map(({ question, path, metrics, place }) => ({
    cells: [question.question, ...ratiosOf(metrics[best!.i]!)],
    place: { path, ...place },
  }));
  rows.sort((a, b) => Number(a.cells[2]) - Number(b.cells[2]));
  return {
    kind: 'table',
    title: 'By question',
    meaning: `With the best method: ${name}, ${size} tokens, overlap ${overlap}. Worst questions first; click to open the passage.`,
    columns: [{ title: 'Question', format: 'text' }, ...RATIOS],
    rows: rows.slice(0, MAX_QUESTIONS),
    total: rows.length,
  };
}
