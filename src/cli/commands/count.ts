// Token counts of files and folders, for context budgets.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { NO_TEXT, reasonToSkip } from '../../core/text/textFiles';
import { byTokens, countRows, sumOf, sumsBy, type FileTokens } from '../../core/text/tokenCounts';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { UserError } from '../../core/errors';
import { countOfBytes } from '../../engine/comparison/tokenizerComparison';

/** Files sorted by tokens, then sums. Throws `UserError` for a path that is not there. */
export function* runCount(
  paths: readonly string[],
  first: Tokenizer,
  second: Tokenizer | undefined,
  json: boolean,
): Generator<string> {
  const files: FileTokens[] = [];
  const skipped: { path: string; skipped: string }[] = [];
  for (const path of paths.flatMap(filesIn)) {
    const reason = reasonToSkip(path, statSync(path).size);
    const counted = reason ? null : countOfBytes(readFileSync(path), first, second);
    if (counted) files.push({ path, language: extname(path) || 'other', ...counted });
    else skipped.push({ path, skipped: reason || NO_TEXT });
  }
  files.sort(byTokens);
  const total = sumOf('total', files);
  if (json) {
    for (const { language, ...file } of files) yield `${JSON.stringify(file)}\n`;
    for (const file of skipped) yield `${JSON.stringify(file)}\n`;
    const { name, ...sum } = total;
    yield `${JSON.stringify(sum)}\n`;
    return;
  }
  yield* table(
    countRows(
      'file',
      files.map(({ path, ...file }) => ({ ...file, name: path })),
    ),
  );
  yield '\n';
  const byEnding = sumsBy(files, ({ language }) => [language]);
  yield* table(countRows('ending', [...byEnding, total]));
  for (const { path, skipped: reason } of skipped) yield `not counted: ${path} (${reason})\n`;
}

/** A file itself; of a folder all files in it but hidden ones and node_modules, in order of their names. */
function filesIn(path: string): string[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === undefined) throw new UserError(`File not found: ${path}`);
  if (!isFolder) return [path];
  const names = readdirSync(path, { withFileTypes: true })
    .filter(entry => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .filter(entry => entry.isFile() || entry.isDirectory())
    .map(({ name }) => name);
  return names.sort().flatMap(name => filesIn(join(path, name)));
}

function* table(rows: string[][]): Generator<string> {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
    );
    yield `${cells.join('  ').trimEnd()}\n`;
  }
}
