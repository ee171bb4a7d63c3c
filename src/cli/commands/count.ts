// `tokenscope count`: token counts of files and folders, for context budgets.
import { extname } from 'node:path';
import { formatBytes } from '../../core/format';
import { showHidden } from '../../core/showHidden';
import { NO_TEXT, reasonToSkip } from '../../core/text/textFiles';
import {
  byTokens,
  tokenCountTable,
  sumOf,
  sumsBy,
  type FileTokens,
} from '../../core/text/tokenCounts';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { countOfBytes } from '../../engine/comparison/tokenizerComparison';
import { FileError, readRegularFile } from '../../engine/files/regularFile';
import { openTokenizerAt } from '../../engine/models/openTokenizer';
import { tableLines } from '../tableLines';
import { modelPath } from '../../engine/models/places/modelPath';
import { defineCommand } from '../command';
import { modelFolder, openWithoutGraph } from '../engine';
import { filesOfPaths } from '../files';
import { text } from '../options';
import { withProgress, type ProgressWords, type ReportProgress } from '../progressLine';
import * as shared from '../sharedOptions';

export const count = defineCommand({
  name: 'count',
  summary: 'token counts of files and folders',
  usage: 'PATH...',
  options: {
    model: shared.model,
    tokenizer: text({
      valueName: 'PATH',
      description:
        'second tokenizer to count with: a folder, a file, or a name as `tokenscope models` lists it',
    }),
    json: shared.json,
  },
  async run({ operands, values, print }) {
    const { tokenizer } = await openWithoutGraph(modelFolder(values.model));
    const second = values.tokenizer
      ? openTokenizerAt(modelPath(values.tokenizer)).tokenizer
      : undefined;
    const counted = await withProgress(countingFiles, async report =>
      countPaths(operands, tokenizer, second, report),
    );
    await print(values.json ? jsonLines(counted) : pretty(counted));
  },
});

const countingFiles: ProgressWords = {
  doing: 'counting',
  of: (done, total) => `counted ${formatBytes(done)} of ${formatBytes(total)}`,
};

interface Counted {
  /** Most tokens first. */
  readonly files: readonly FileTokens[];
  readonly skipped: readonly SkippedPath[];
}

interface SkippedPath {
  readonly path: string;
  /** Why. */
  readonly skipped: string;
}

/** Throws `UserError` for a path that does not exist; what cannot be read is skipped. */
function countPaths(
  paths: readonly string[],
  first: Tokenizer,
  second: Tokenizer | undefined,
  report: ReportProgress,
): Counted {
  const files: FileTokens[] = [];
  const skipped: SkippedPath[] = [];
  const skip = (path: string, reason: string) => skipped.push({ path, skipped: reason });
  const found = filesOfPaths(paths, 'counted', skip);
  const total = found.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { path, bytes } of found) {
    report(done, total);
    done += bytes;
    try {
      const reason = reasonToSkip(path, bytes);
      const counted = reason ? null : countOfBytes(readRegularFile(path), first, second);
      if (counted) files.push({ path, language: extname(path) || 'other', ...counted });
      else skip(path, reason || NO_TEXT);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      skip(path, `cannot be read: ${error.reason}`);
    }
  }
  return { files: files.sort(byTokens), skipped };
}

function* jsonLines({ files, skipped }: Counted): Generator<string> {
  for (const { language: _, ...file } of files) yield `${JSON.stringify(file)}\n`;
  for (const file of skipped) yield `${JSON.stringify(file)}\n`;
  const { name: _, ...sum } = sumOf('total', files);
  yield `${JSON.stringify(sum)}\n`;
}

function* pretty({ files, skipped }: Counted): Generator<string> {
  yield* table(
    'file',
    files.map(({ path, ...file }) => ({ ...file, name: path })),
  );
  yield '\n';
  const byEnding = sumsBy(files, ({ language }) => [language]);
  yield* table('ending', [...byEnding, sumOf('total', files)]);
  for (const { path, skipped: reason } of skipped) {
    yield `not counted: ${showHidden(path)} (${reason})\n`;
  }
}

function table(...[title, sums]: Parameters<typeof tokenCountTable>): Generator<string> {
  const rows = tokenCountTable(title, sums);
  return tableLines(
    rows,
    rows[0]!.map((_, i) => (i === 0 ? 'left' : 'right')),
  );
}
