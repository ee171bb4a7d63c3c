// `tokenscope train-tokenizer`: a byte-level BPE of files of one's own.
import { formatBytes, formatCount, formatNumberOf, formatProgress } from '../../core/format';
import { showHidden } from '../../core/showHidden';
import { trainOnFiles } from '../../engine/tokenizerReport/trainOnFiles';
import { defineCommand } from '../command';
import { filesOfPaths } from '../files';
import { required, text, wholeNumber } from '../options';
import { withProgress, type ProgressWords } from '../progressLine';
import * as shared from '../sharedOptions';

export const trainTokenizer = defineCommand({
  name: 'train-tokenizer',
  summary: 'train a byte-level BPE tokenizer and write its tokenizer.json',
  usage: 'PATH...',
  options: {
    entries: wholeNumber({
      valueName: 'V',
      min: 257,
      max: 1 << 20,
      default: 8192,
      description: 'vocabulary size, including the 256 bytes',
    }),
    out: required(text({ valueName: 'FILE', description: 'path of the tokenizer.json to write' })),
    json: shared.json,
  },
  async run({ operands, values: { entries, out: target, json }, print }) {
    const skipped: { path: string; reason: string }[] = [];
    const found = filesOfPaths(operands, 'read', (path, reason) => skipped.push({ path, reason }));
    const files = found.map(({ path }) => ({ path, file: path }));
    const trained = await withProgress(training, async onProgress =>
      trainOnFiles({ files, entries, target }, ({ share }) => onProgress(share, 1)),
    );
    const all = { ...trained, skipped: [...skipped, ...trained.skipped] };
    await print(json ? [`${JSON.stringify(all)}\n`] : lines(all));
  },
});

const training: ProgressWords = {
  doing: 'training',
  of: (done, all) => `training: ${formatProgress(done, all)}`,
};

function* lines({ path, entries, files, bytes, skipped }: ReturnType<typeof trainOnFiles>) {
  yield `${showHidden(path)}: ${formatCount(entries)} entries, from ${formatNumberOf(files, 'file')} with ${formatBytes(bytes)}\n`;
  for (const { path: file, reason } of skipped) yield `not read: ${showHidden(file)} (${reason})\n`;
}
