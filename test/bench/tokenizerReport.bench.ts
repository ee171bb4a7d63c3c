// A report beside plain tokenizing of the same texts; what learns or solves is apart.
import { join } from 'node:path';
import { makeReport } from '../../src/core/tokenizerReport/makeReport';
import { sectionIds, sectionWords } from '../../src/core/tokenizerReport/sections/sectionWords';
import { sectionKinds } from '../../src/core/tokenizerReport/sections/sections';
import { openHighs } from '../../src/engine/tokenizerReport/highs';
import { models } from '../support/paths';
import { hasShared, shared, tokenizerOf } from '../support/shared';
import { ms, sources } from './sources';

const BYTES = 50_000_000;
const SOURCE = 4_000_000;
const FILES = 20;
const ROUNDS = 3;
/** They learn from the texts, or solve a program about them. */
const LEARNING = ['merges', 'lexicon', 'mixture'];

export default { name: 'A tokenizer report', run };

async function run() {
  const source = sources(SOURCE);
  const length = SOURCE / FILES;
  const files = Array.from({ length: Math.round(BYTES / length) }, (_, i) => {
    const from = (i % FILES) * length;
    return { path: `file${i}.ts`, parts: [source.slice(from, from + length)] };
  });
  const tokenizer = tokenizerOf(
    hasShared ? join(shared, 'tokenizers/gpt2') : join(models, 'coder'),
  );
  const reported = {
    tokenizer,
    name: 'gpt2',
    kind: tokenizer.name,
    vocabSize: tokenizer.vocabSize,
  };
  const solve = await openHighs();
  const report = (sections: readonly string[]) => {
    const options = { seed: 1, sections };
    const request = { tokenizers: [reported], source: '', texts: files, options, solve };
    const silent = { onText: () => {}, onSection: () => {} };
    return () => void makeReport(request, sectionKinds, sectionWords, silent);
  };
  const plain = () => {
    for (const { parts } of files) tokenizer.encode(parts[0]!);
  };
  const counting = sectionIds.filter(id => !LEARNING.includes(id));
  const works = [plain, report(counting), ...counting.map(id => report([id]))];
  const best = works.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++)
    works.forEach((work, i) => (best[i] = Math.min(best[i]!, ms(work))));
  const megabytes = BYTES / 1e6;
  const detail = (i: number) =>
    `${best[i]!.toFixed(0)} ms against ${best[0]!.toFixed(0)} ms, best of ${ROUNDS}; ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB in all`;
  return [
    {
      label: `all sections that count, ${megabytes} MB of source`,
      ratio: best[1]! / best[0]!,
      rival: 'the time of tokenizing',
      budget: '<= 3',
      detail: detail(1),
    },
    ...counting.map((id, i) => ({
      label: `  ${id} alone`,
      ratio: best[i + 2]! / best[0]!,
      rival: 'the time of tokenizing',
      detail: detail(i + 2),
    })),
  ];
}
