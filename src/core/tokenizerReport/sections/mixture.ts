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
            missing: `There have to be two ${categories === 'folder' ? 'folders' : 'kinds of file'} or more with ${LEAST / 1000} kB of text each: the method says which of them the training data was like.`,
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
    meaning: `Of the training data's bytes, from the first ${merges} merges. Slack: ${percent(slack)} of what the pairs that were merged lack to be the most frequent ones; 0 % would be data of these samples’ kinds alone. ${unseen} of the merges are in no sample and say nothing. Intervals: from texts drawn anew ${RESAMPLES} times; they say how much depends on the choice of texts, not whether these kinds are those of the training data.`,
    columns: [
      { title: 'Sample', format: 'text' },
      { title: 'Share', format: 'share', hasBar: true },
      { title: 'From', format: 'share' },
      { title: 'To', format: 'share' },
    ],
    rows,
  };
}
