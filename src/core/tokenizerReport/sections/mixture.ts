// What the tokenizer was trained on, over the kinds of file that there are samples of.
import { UserError } from '../../errors';
import { seededRandom } from '../../random';
import {
  mixtureWithIntervals,
  type MixtureWithIntervals,
} from '../measures/mixture/bootstrapMixture';
import { mergeOrderOf, type MergeOrder } from '../measures/mixture/mergeOrder';
import type { Table } from '../report';
import type { Missing, SectionKind } from '../sectionKind';
import { endingOf, folderOf } from './endings';

/** Of the first merges, which say the most: programs grow with them. */
const MERGES = 300;
/** Each is a whole solution. */
const RESAMPLES = 10;
/** UTF-16 units of a kind: what is less says too little, what is more is left out. */
const [LEAST, MOST] = [50_000, 2_000_000];

export const mixture: SectionKind = {
  open({ tokenizers: [tokenizer], options: { seed, categories = 'ending' }, solve }) {
    const categoryOf = categories === 'folder' ? folderOf : endingOf;
    let order: MergeOrder;
    try {
      order = mergeOrderOf(tokenizer!, MERGES);
    } catch (error) {
      if (error instanceof UserError) return { missing: `${error.message}.` };
      throw error;
    }
    if (order.merges.length === 0) return { missing: 'The tokenizer has no merges.' };
    const kinds = new Map<string, { texts: string[]; length: number }>();
    return {
      add({ path, text }) {
        const category = categoryOf(path);
        const kind = kinds.get(category) ?? { texts: [], length: 0 };
        kinds.set(category, kind);
        const own = text.slice(0, MOST - kind.length);
        if (own !== '') kind.texts.push(own);
        kind.length += own.length;
      },
      finish(onProgress): readonly Table[] | Missing {
        const sampled = [...kinds].filter(([, { length }]) => length >= LEAST);
        if (sampled.length < 2)
          return {
            missing: `This section needs at least two ${categories === 'folder' ? 'folders' : 'kinds of file'} with ${LEAST / 1000} kB of text each, to compare which of them the training data resembles.`,
          };
        const texts = sampled.map(([, kind]) => kind.texts);
        const random = seededRandom(seed);
        const found = mixtureWithIntervals(texts, order, solve!, RESAMPLES, random, onProgress);
        return [
          shareTable(
            found,
            sampled.map(([category]) => category),
          ),
        ];
      },
    };
  },
};

function shareTable(found: MixtureWithIntervals, kinds: readonly string[]): Table {
  const { shares, intervals, slack, merges, unseen } = found;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const rows = kinds.map((kind, i) => ({
    cells: [kind, shares[i]!, ...intervals[i]!],
  }));
  rows.sort((a, b) => Number(b.cells[1]) - Number(a.cells[1]));
  return {
    kind: 'table',
    title: 'Shares of the samples',
    meaning: `Shares of the bytes of the training data, estimated from the first ${merges} merges. Slack: ${percent(slack)}, the amount by which merged pairs fall short of being the most frequent; 0 % would mean that the training data consists of these kinds alone. ${unseen} of the merges occur in no sample and are ignored. The intervals come from ${RESAMPLES} bootstrap resamples of the texts; they show how much depends on the choice of texts, not whether these kinds are the right ones.`,
    columns: [
      { title: 'Sample', format: 'text' },
      { title: 'Share', format: 'share', hasBar: true },
      { title: 'From', format: 'share' },
      { title: 'To', format: 'share' },
    ],
    rows,
  };
}
