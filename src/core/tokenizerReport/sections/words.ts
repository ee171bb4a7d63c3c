// Words beside tokens: how long each are, and which token boundaries small edits move.
import { formatCount } from '../../format';
import { LengthCounts, LONGEST } from '../measures/words';
import { RobustnessCounts } from '../measures/robustness';
import type { Curve, Table } from '../report';
import type { SectionKind } from '../sectionKind';
import { columnsPer } from './tables';

/** UTF-16 units that are edited: each text is encoded four times for it. */
const MOST_EDITED = 1 << 18;
/** Of words. */
const EDITED_SHARE = 0.05;
/** A word of more tokens is counted with those of so many. */
const MOST_TOKENS = 8;

export const words: SectionKind = {
  open({ tokenizers, names, options: { seed } }) {
    const lengths = tokenizers.map(() => new LengthCounts());
    const edits = tokenizers.map(each => new RobustnessCounts(each, seed, EDITED_SHARE));
    let edited = 0;
    return {
      add({ text, words: runs, encodings }) {
        lengths.forEach((each, i) => each.add(text, encodings[i]!, runs));
        const sample = text.slice(0, MOST_EDITED - edited);
        if (sample === '') return;
        edited += sample.length;
        for (const each of edits) each.add(sample);
      },
      finish: () => [
        lengthCurve(names, lengths),
        perWordTable(names, lengths),
        editTable(names, edits),
      ],
    };
  },
};

function lengthCurve(names: readonly string[], lengths: readonly LengthCounts[]): Curve {
  const found = lengths.map(each => each.result());
  const means = found.map(
    ({ meanToken }, i) => `${(meanToken ?? 0).toFixed(2)} for tokens of ${names[i]}`,
  );
  return {
    kind: 'curve',
    title: 'Lengths of words and of tokens',
    meaning: `Share by length in characters; the last value is for ${LONGEST} or more. Mean length: ${(found[0]!.meanWord ?? 0).toFixed(2)} for words and ${means.join(', ')}. Word boundaries follow Unicode (UAX 29, without dictionaries).`,
    x: { title: 'characters', format: 'count' },
    y: { title: 'share', format: 'share' },
    xs: Array.from({ length: LONGEST + 1 }, (_, length) => length),
    lines: [
      { name: 'words', ys: sharesOf(found[0]!.words) },
      ...found.map(({ tokens }, i) => ({ name: `tokens of ${names[i]}`, ys: sharesOf(tokens) })),
    ],
  };
}

function sharesOf(counts: readonly number[]): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map(count => (all > 0 ? count / all : 0));
}

function perWordTable(names: readonly string[], lengths: readonly LengthCounts[]): Table {
  const shares = lengths.map(each => sharesOf(each.result().tokensPerWord));
  const rows = Array.from({ length: MOST_TOKENS }, (_, i) => {
    const isLast = i === MOST_TOKENS - 1;
    const cells = shares.map(own =>
      isLast ? own.slice(i + 1).reduce((sum, share) => sum + share, 0) : own[i + 1]!,
    );
    return { cells: [isLast ? `${MOST_TOKENS} or more` : String(i + 1), ...cells] };
  });
  return {
    kind: 'table',
    title: 'Tokens per word',
    meaning: 'The share of words by the number of tokens that they overlap.',
    columns: [{ title: 'Tokens', format: 'text' }, ...columnsPer(names, ['Words', 'share'])],
    rows,
  };
}

function editTable(names: readonly string[], edits: readonly RobustnessCounts[]): Table {
  const found = edits.map(each => new Map(each.result().map(row => [row.kind, row])));
  return {
    kind: 'table',
    title: 'Boundaries that survive small edits',
    meaning: `One in ${1 / EDITED_SHARE} words of the first ${formatCount(MOST_EDITED)} characters is edited at random, in the same way each time: a character is replaced, removed or added; the case of a letter is changed; a space is removed or added. The shares refer to the token boundaries outside the edit: all of them, and those in the edited word.`,
    columns: [
      { title: 'Edit', format: 'text' },
      ...columnsPer(names, ['Edits', 'count'], ['All survive', 'share'], ['In the word', 'share']),
    ],
    rows: [...found[0]!.keys()].map(kind => ({
      cells: [
        kind,
        ...found.flatMap(rows => {
          const { edits: count, share, nearShare } = rows.get(kind)!;
          return [count, share, nearShare];
        }),
      ],
    })),
  };
}
