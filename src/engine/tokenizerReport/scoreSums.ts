// Whether the open model finds the right result of an addition likelier if numbers are written with commas, by which they
// are cut from the right (Singh and Strouse 2024).
import {
  promptOf,
  randomSums,
  spellRightToLeft,
  type Sum,
} from '../../core/tokenizerReport/measures/sums';
import type { Report, Table } from '../../core/tokenizerReport/report';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import type { Model } from '../models/model';

/** Digits of the addends. */
const LENGTHS = [2, 3, 4, 5, 6, 7];
const SUMS = 20;

/** The report with what the model says of sums, in its section on numbers if it has one. Throws as `Model.request` does. */
export async function withSums(
  report: Report,
  model: Model,
  seed: number,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Report> {
  if (!model.info.scores || !report.sections.some(({ id }) => id === 'numbers')) return report;
  const table = await sumTable(model, seed, onProgress, signal);
  const sections = report.sections.map(section =>
    section.id === 'numbers' ? { ...section, blocks: [...section.blocks, table] } : section,
  );
  return { ...report, sections };
}

async function sumTable(
  model: Model,
  seed: number,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Table> {
  const rows = [];
  for (const [i, digits] of LENGTHS.entries()) {
    const bits = { plain: 0, commas: 0 };
    const sums = randomSums(seed + digits, SUMS, digits, digits);
    for (const [j, sum] of sums.entries()) {
      bits.plain += await answerBits(model, sum, undefined, signal);
      bits.commas += await answerBits(model, sum, spellRightToLeft, signal);
      onProgress((i + (j + 1) / SUMS) / LENGTHS.length);
    }
    rows.push({ cells: [digits, bits.plain / SUMS, bits.commas / SUMS] });
  }
  return {
    kind: 'table',
    title: 'Sums, scored by the open model',
    meaning: `${model.info.name} reads "a + b =". Shown is the surprisal of the correct result in bits, averaged over ${SUMS} sums of two numbers with this many digits. Lower is better. With commas, all numbers have them, including the result.`,
    columns: [
      { title: 'Digits', format: 'count' },
      { title: 'Without commas', format: 'rate', hasBar: true },
      { title: 'With commas', format: 'rate', hasBar: true },
    ],
    rows,
  };
}

/** Bits of the answer's tokens after the prompt. */
async function answerBits(
  model: Model,
  sum: Sum,
  spell: ((digits: string) => string) | undefined,
  signal: AbortSignal,
): Promise<number> {
  const { prompt, answer } = promptOf(sum, spell);
  const { ids, byteStarts } = model.tokenizer.encode(prompt + answer);
  // Prompt and answer are of one byte a character. No token goes across their border: a blank begins one.
  const first = byteStarts.findIndex(start => start >= prompt.length);
  const logprobs = await model.logprobsOf(ids, first, signal);
  return -logprobs.reduce((all, logprob) => all + logprob, 0) / NATS_PER_BIT;
}
