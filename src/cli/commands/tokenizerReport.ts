// `tokenscope tokenizer-report`: what a tokenizer is made of, and what it does to files of one's own.
import { UserError } from '../../core/errors';
import { formatProgress } from '../../core/format';
import { reportCsv } from '../../core/tokenizerReport/formats/reportCsv';
import { reportLines } from '../../core/tokenizerReport/formats/reportText';
import type { Report } from '../../core/tokenizerReport/report';
import { sectionIds } from '../../core/tokenizerReport/sections/sections';
import { modelPath } from '../../engine/models/places/modelPath';
import { openTokenizerAt, type OpenTokenizer } from '../../engine/models/openTokenizer';
import { reportOfFiles } from '../../engine/tokenizerReport/reportOfFiles';
import { defineCommand } from '../command';
import { modelFolder } from '../engine';
import { filesOfPaths } from '../files';
import { flag, repeatable, text } from '../options';
import { withProgress, type ProgressWords } from '../progressLine';
import { completed } from '../servers';
import * as shared from '../sharedOptions';

export const tokenizerReport = defineCommand({
  name: 'tokenizer-report',
  summary: 'what a tokenizer, or two, make of files and folders, question by question',
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
    const skipped: { path: string; reason: string }[] = [];
    const found = filesOfPaths(operands, 'read', (path, reason) => skipped.push({ path, reason }));
    const report = await withProgress(making, async onProgress =>
      reportOfFiles(
        {
          source: operands.join(', '),
          files: found.map(({ path }) => ({ path, file: path })),
          options: { sections, seed: values.seed },
        },
        opened,
        ({ share }) => onProgress(share, 1),
      ),
    );
    const all = { ...report, skipped: [...skipped, ...report.skipped] };
    await print(
      values.json ? [`${JSON.stringify(all)}\n`] : values.csv ? [reportCsv(all)] : lines(all),
    );
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
