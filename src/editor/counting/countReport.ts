// The token counts of a folder as a Markdown page, in tables that can be read as they stand.
import { tokenCountTable, foldersOf, sumOf, sumsBy } from '../../core/text/tokenCounts';
import type { FolderCount } from './countTokens';

/** More rows make a page that nobody reads. */
const MOST_ROWS = 2000;

export function countMarkdown(
  { folder, files, skipped }: FolderCount,
  first: string,
  second: string | undefined,
): string {
  const rows = files.map(({ path, ...file }) => ({ ...file, name: path }));
  const folders = sumsBy(files, foldersOf);
  return [
    `# Tokens in ${code(folder)}`,
    `Tokenizer: ${first}${second ? `; second: ${second}, ratio: its tokens to the first's` : ''}.`,
    'Per word (the fertility), per char: tokens; bytes each: of a token. A word is a run of anything but white space.',
    table(tokenCountTable('total', [sumOf('all files', files)])),
    '## By language',
    table(
      tokenCountTable(
        'language',
        sumsBy(files, ({ language }) => [language]),
      ),
    ),
    ...(folders.length > 0 ? ['## By folder', tableOf('folder', folders)] : []),
    '## By file',
    tableOf('file', rows),
    ...(skipped.length > 0
      ? [
          '## Not counted',
          table([
            ['file', 'why'],
            ...skipped.slice(0, MOST_ROWS).map(({ path, reason }) => [code(path), reason]),
          ]),
          ...more(skipped.length),
        ]
      : []),
    '',
  ].join('\n\n');
}

function tableOf(title: string, sums: Parameters<typeof tokenCountTable>[1]): string {
  const named = sums.slice(0, MOST_ROWS).map(sum => ({ ...sum, name: code(sum.name) }));
  return [table(tokenCountTable(title, named)), ...more(sums.length)].join('\n\n');
}

const more = (count: number) =>
  count > MOST_ROWS ? [`The first ${MOST_ROWS} of ${count} are listed.`] : [];

/** A file's name as it is, whatever is in it. */
function code(name: string): string {
  const text = name.replace(/[\r\n|]/g, ' ');
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** With the columns in line: the first to the left, numbers to the right. */
function table(rows: string[][]): string {
  const [head = []] = rows;
  const widths = head.map((_, i) => Math.max(3, ...rows.map(row => row[i]!.length)));
  const isText = (column: number) => column === 0 || head[column] === 'why';
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const [first, ...rest] = rows.map(row =>
    line(row.map((cell, i) => (isText(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))),
  );
  const rule = widths.map((width, i) =>
    isText(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [first, line(rule), ...rest].join('\n');
}
