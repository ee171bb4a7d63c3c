// The token counts of a folder as a Markdown page, with tables that are readable as plain text.
import { code, markdownTable, proseText } from '../../core/markdown';
import { tokenCountTable, foldersOf, sumOf, sumsBy } from '../../core/text/tokenCounts';
import type { FolderCount } from './countTokens';

/** More rows make a page that nobody reads. */
const MAX_ROWS = 2000;

export function countMarkdown({ folder, tokenizers, files, skipped }: FolderCount): string {
  const { model: first, second } = tokenizers;
  const rows = files.map(({ path, ...file }) => ({ ...file, name: path }));
  const folders = sumsBy(files, foldersOf);
  return [
    `# Tokens in ${code(folder)}`,
    `Tokenizer: ${proseText(first)}${second ? `; second: ${proseText(second)}, ratio: its tokens to the first's` : ''}.`,
    'Tokens per word (fertility), tokens per character, and bytes per token. A word is a run of characters other than white space.',
    table(tokenCountTable('total', [sumOf('all files', files)])),
    '## By language',
    table(
      tokenCountTable(
        'language',
        sumsBy(files, ({ language }) => [proseText(language)]),
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
            ...skipped
              .slice(0, MAX_ROWS)
              .map(({ path, reason }) => [code(path), proseText(reason)]),
          ]),
          ...more(skipped.length),
        ]
      : []),
    '',
  ].join('\n\n');
}

function tableOf(title: string, sums: Parameters<typeof tokenCountTable>[1]): string {
  const named = sums.slice(0, MAX_ROWS).map(sum => ({ ...sum, name: code(sum.name) }));
  return [table(tokenCountTable(title, named)), ...more(sums.length)].join('\n\n');
}

const more = (count: number) =>
  count > MAX_ROWS ? [`The first ${MAX_ROWS} of ${count} are listed.`] : [];

/** Names and reasons to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const sides = head.map((title, column) => (column === 0 || title === 'why' ? 'left' : 'right'));
  return markdownTable(rows, sides);
}
