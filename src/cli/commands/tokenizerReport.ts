// `tokenscope tokenizer-report`: what a tokenizer is made of, and what it does to files of one's own.
import { UserError } from '../../core/errors';
import { JsonError } from '../../core/walkJson';
import { formatProgress } from '../../core/format';
import { parseJson } from '../../core/parseJson';
import { reportCsv } from '../../core/tokenizerReport/formats/reportCsv';
import { reportLines } from '../../core/tokenizerReport/formats/reportText';
import { readPrices } from '../../core/tokenizerReport/measures/cost';
import { readGlossary } from '../../core/tokenizerReport/measures/glossary';
import { readPassages } from '../../core/tokenizerReport/measures/passages';
import type { Report } from '../../core/tokenizerReport/report';
import type { ReportOptions } from '../../core/tokenizerReport/sectionKind';
import { sectionIds } from '../../core/tokenizerReport/sections/sectionWords';
import { modelPath } from '../../engine/models/places/modelPath';
import { openTokenizerAt, type OpenTokenizer } from '../../engine/models/openTokenizer';
import { reportOfFiles } from '../../engine/tokenizerReport/reportOfFiles';
import { withSums } from '../../engine/tokenizerReport/scoreSums';
import { defineCommand } from '../command';
import { modelFolder, withModel } from '../engine';
import { filesOfPaths } from '../files';
import { interruptible } from '../interrupt';
import { readBytes, readText } from '../input';
import { choice, flag, repeatable, text } from '../options';
import { withProgress, type ProgressWords } from '../progressLine';
import { completed } from '../servers';
import * as shared from '../sharedOptions';

export const tokenizerReport = defineCommand({
  name: 'tokenizer-report',
  summary: 'report on one or two tokenizers over files and folders',
  usage: 'PATH...',
  options: {
    model: shared.model,
    second: text({
      valueName: 'PATH',
      description: 'a second tokenizer to compare with: a folder or a file',
    }),
    section: repeatable(
      text({
        valueName: 'ID',
        description: `only this section: ${sectionIds.join(', ')}`,
      }),
    ),
    glossary: text({
      valueName: 'FILE',
      description: 'terms of your field: one per line, or the first column of a .csv file',
    }),
    prices: text({
      valueName: 'FILE',
      description:
        'token prices as JSON: {"name": {"perMillion": 2.5, "window": 128000}}; with --second',
    }),
    passages: text({
      valueName: 'FILE',
      description: 'questions with the passages that answer them, as JSON lines; see docs/cli.md',
    }),
    categories: choice(['ending', 'folder'], {
      description: 'how samples are grouped, for --section mixture',
      default: 'ending',
    }),
    sums: flag('also score generated sums with the model'),
    seed: shared.seed,
    csv: flag('print the tables as comma-separated values'),
    json: shared.json,
  },
  async run({ operands, values, print }) {
    for (const id of values.section) checkSection(id);
    const sections = values.section.length > 0 ? values.section : undefined;
    const paths = [modelFolder(values.model), ...(values.second ? [values.second] : [])];
    const opened: OpenTokenizer[] = [];
    for (const path of paths) opened.push(openTokenizerAt(modelPath(await completed(path))));
    const options: ReportOptions = {
      seed: values.seed,
      categories: values.categories,
      ...(values.glossary && {
        glossary: readGlossary(values.glossary, await readBytes(values.glossary)),
      }),
      ...(values.passages && {
        questions: readPassages(values.passages, await readText(values.passages)),
      }),
      ...(values.prices && {
        prices: readPrices(jsonOf(await readText(values.prices), values.prices), values.prices),
      }),
    };
    const skipped: { path: string; reason: string }[] = [];
    const found = filesOfPaths(operands, 'read', (path, reason) => skipped.push({ path, reason }));
    const report = await withProgress(making, async onProgress =>
      reportOfFiles(
        {
          source: operands.join(', '),
          files: found.map(({ path }) => ({ path, file: path })),
          options: { sections, ...options },
        },
        opened,
        ({ share }) => onProgress(share, 1),
      ),
    );
    const scored = values.sums ? await withModelSums(report, paths[0]!, values.seed) : report;
    const all = { ...scored, skipped: [...skipped, ...report.skipped] };
    if (values.json) return print([`${JSON.stringify(all)}\n`]);
    // Carriage returns are spelled wherever text is printed.
    await print(values.csv ? [reportCsv(all, '\n')] : lines(all));
  },
});

const making: ProgressWords = {
  doing: 'making the report',
  of: (done, all) => `read and counted ${formatProgress(done, all)}`,
};

function checkSection(id: string): void {
  if ((sectionIds as string[]).includes(id)) return;
  throw new UserError(`--section takes ${sectionIds.join(', ')}, not "${id}".`);
}

function* lines(report: Report): Generator<string> {
  for (const line of reportLines(report)) yield `${line}\n`;
}

function jsonOf(text: string, file: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw new UserError(`${file} is not JSON: ${error.message}.`);
    throw error;
  }
}

function withModelSums(report: Report, model: string, seed: number): Promise<Report> {
  return withModel(model, SUM_CONTEXT, opened =>
    withProgress(scoringSums, onProgress =>
      interruptible(signal =>
        withSums(report, opened, seed, share => onProgress(share, 1), signal),
      ),
    ),
  );
}

/** Tokens of a sum at most. */
const SUM_CONTEXT = 256;

const scoringSums: ProgressWords = {
  doing: 'scoring sums',
  of: (done, all) => `scoring sums: ${formatProgress(done, all)}`,
};
