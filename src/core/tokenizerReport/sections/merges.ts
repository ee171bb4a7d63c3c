// How short these texts would become if their own most frequent pairs of tokens were merged.
import { displayToken } from '../../displayToken';
import { formatCount } from '../../format';
import { dynamicMerges, type DynamicTokens } from '../measures/dynamicMerges';
import { wordUnits, type TokenUnits } from '../measures/tokenUnits';
import type { Curve, Table } from '../report';
import type { SectionKind } from '../sectionKind';

const MOST_MERGES = 2000;
/** UTF-16 units of text that are held; the report says so where there are more. */
const MOST_TEXT = 4 << 20;
const MAX_LISTED = 200;

export const merges: SectionKind = {
  open({ tokenizers: [tokenizer] }) {
    const texts: TokenUnits[] = [];
    let length = 0;
    let isPart = false;
    return {
      add({ text }) {
        if (length + text.length > MOST_TEXT) {
          isPart = true;
          return;
        }
        length += text.length;
        texts.push(wordUnits(tokenizer!, text));
      },
      finish(onProgress) {
        const found = dynamicMerges(texts, tokenizer!, MOST_MERGES, onProgress);
        if (found.merges.length === 0)
          return { missing: 'Every word of these texts is already one token.' };
        return [lengthCurve(found, isPart), wholeTable(found), mergeTable(found)];
      },
    };
  },
};

function lengthCurve({ lengths, units }: DynamicTokens, isPart: boolean): Curve {
  const [first, last] = [lengths[0]!, lengths.at(-1)!];
  const part = isPart ? ' Only some of the texts, at most 4 MB together, are measured.' : '';
  return {
    kind: 'curve',
    title: 'Tokens by the number of merges',
    meaning: `From ${formatCount(first)} to ${formatCount(last)} tokens, ${(first / last).toFixed(2)} times shorter. The lower limit is ${formatCount(units)}: one token per word.${part}`,
    x: { title: 'merges', format: 'count' },
    y: { title: 'tokens', format: 'count' },
    xs: Array.from(lengths, (_, m) => m),
    lines: [
      { name: 'tokens', ys: [...lengths] },
      { name: 'one token per word', ys: Array.from(lengths, () => units) },
    ],
  };
}

const wholeTable = ({ whole }: DynamicTokens): Table => ({
  kind: 'table',
  title: 'Words that become one token',
  meaning: 'Words of several tokens, in the order in which they become one token.',
  columns: [
    { title: 'Word', format: 'text' },
    { title: 'Times', format: 'count', hasBar: true },
    { title: 'At merge', format: 'count' },
  ],
  rows: whole.slice(0, MAX_LISTED).map(({ bytes, count, merge }) => ({
    cells: [displayToken(bytes), count, merge],
  })),
  total: whole.length,
});

const mergeTable = ({ merges: done }: DynamicTokens): Table => ({
  kind: 'table',
  title: 'Merges',
  meaning: 'The most frequent pair at each step.',
  columns: [
    { title: 'Merge', format: 'count' },
    { title: 'Left', format: 'text' },
    { title: 'Right', format: 'text' },
    { title: 'Times', format: 'count', hasBar: true },
  ],
  rows: done.slice(0, MAX_LISTED).map(({ left, right, count }, i) => ({
    cells: [i + 1, displayToken(left), displayToken(right), count],
  })),
  total: done.length,
});
