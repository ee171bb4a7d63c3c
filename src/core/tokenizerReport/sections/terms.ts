// How finely the terms of a field are cut, and what tokens of their own would save.
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { eachIdentifier } from '../measures/glossary';
import { piecesOf, savedByBest, TermCounts, type TermReport } from '../measures/terms';
import type { Block, Curve, Table } from '../report';
import type { SectionKind, SectionRun } from '../sectionKind';
import { WordList } from './wordList';

const MAX_LISTED = 500;
/** Shorter identifiers are loop variables. */
const SHORTEST = 3;
/** Bytes of texts that are read for identifiers, up to the end of the text that has the last; the section says so. */
const MOST_READ = 16_000_000;

export const terms: SectionKind = {
  open({ tokenizers: [tokenizer], options: { glossary } }) {
    return glossary ? glossaryRun(tokenizer!, glossary) : identifierRun(tokenizer!);
  },
};

function glossaryRun(tokenizer: Tokenizer, glossary: readonly string[]): SectionRun {
  const counts = new TermCounts(glossary, tokenizer);
  return {
    add: ({ text, encodings, words }) => counts.add(text, encodings[0]!, words),
    finish() {
      const report = counts.result();
      return [
        termTable(
          'Terms of the glossary',
          'Pieces: tokens of the term after a space. Saved: tokens saved if the term were one token, at all its occurrences, less one for each side where a token reaches beyond the term.',
          report,
        ),
        savedCurve(report),
      ];
    },
  };
}

/** Without a glossary: names in the texts, counted where they stand, cut as they would be after a blank. */
function identifierRun(tokenizer: Tokenizer): SectionRun {
  const names = new WordList<{ readonly pieces: number }>();
  const pieces = new Map<string, number>();
  let [read, tokens, isAll] = [0, 0, true];
  return {
    add({ path, text, size, utf16Offset, encodings }) {
      if (read >= MOST_READ) {
        isAll = false;
        return;
      }
      read += size.bytes;
      tokens += encodings[0]!.ids.length;
      eachIdentifier(text, (start, end) => {
        if (end - start < SHORTEST) return;
        const name = text.slice(start, end);
        names.add(name, () => {
          let own = pieces.get(name);
          if (own === undefined) pieces.set(name, (own = piecesOf(name, tokenizer)));
          const place = { path, utf16Start: utf16Offset + start, utf16End: utf16Offset + end };
          return { place, of: { pieces: own } };
        });
      });
    },
    finish(): Block[] {
      const part = isAll
        ? ''
        : ` Only the first ${Math.round(read / 1e6)} MB of the texts are read for this, and shares are of their tokens.`;
      const { listed, total } = names.worst(MAX_LISTED, ({ pieces: own }) => own - 1);
      const rows = listed.map(({ word, times, of }) => ({
        term: word,
        pieces: of.pieces,
        occurrences: times,
        saved: times * (of.pieces - 1),
      }));
      const table = termTable(
        'Identifiers of these texts',
        `No glossary is set, so these are the identifiers in the texts, including comments and strings. Pieces: tokens of the identifier after a space. Saved: at most this many tokens, if it were one token at all its occurrences. Click to open the first occurrence.${part}`,
        { tokens, rows },
      );
      const placed = table.rows.map((row, i) => ({ ...row, place: listed[i]!.place }));
      return [{ ...table, rows: placed, total }, savedCurve({ tokens, rows })];
    },
  };
}

function termTable(title: string, meaning: string, { tokens, rows }: TermReport): Table {
  return {
    kind: 'table',
    title,
    meaning,
    columns: [
      { title: 'Term', format: 'text' },
      { title: 'Pieces', format: 'count' },
      { title: 'Times', format: 'count' },
      { title: 'Tokens saved', format: 'count', hasBar: true },
      { title: 'Of all tokens', format: 'share' },
    ],
    rows: rows.slice(0, MAX_LISTED).map(({ term, pieces, occurrences, saved }) => ({
      cells: [term, pieces, occurrences, saved, tokens > 0 ? saved / tokens : null],
    })),
    total: rows.length,
  };
}

function savedCurve(report: TermReport): Curve {
  const saved = savedByBest(report);
  return {
    kind: 'curve',
    title: 'Tokens saved by the best terms',
    meaning:
      'Tokens saved if this many of the terms were added to the vocabulary, best terms first.',
    x: { title: 'terms added', format: 'count' },
    y: { title: 'tokens saved', format: 'count' },
    xs: [0, ...saved.map((_, k) => k + 1)],
    lines: [{ name: 'saved', ys: [0, ...saved] }],
  };
}
