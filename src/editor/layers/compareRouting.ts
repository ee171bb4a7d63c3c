// How the routers of a mixture of experts load its experts over the active text and over other files of the workspace.
import { workspace, type TextDocument, type Uri } from 'vscode';
import { UserError } from '../../core/errors';
import {
  comparedWords,
  comparisonRows,
  spread,
  type LoadComparison,
} from '../../core/layers/loadComparison';
import { markdownTable, proseText } from '../../core/markdown';
import { reasonToSkip } from '../../core/text/textFiles';
import { documentName } from '../inspector/documentName';
import type { Engine } from '../engine/engineClient';
import type { EngineQueries } from '../engine/engineQueries';
import { overUnchanged } from '../engine/unchangedText';
import { showingWork } from '../engine/workProgress';
import { filesIn, pathIn, type FolderFiles } from '../counting/folderFiles';

/** Larger files are data rather than text, and only the middle of each is read. */
const LARGEST_BYTES = 256 << 10;

export interface RoutingPage {
  readonly title: string;
  readonly markdown: string;
}

/** Undefined if it was cancelled. Throws `UserError` where there is nothing to compare, or nothing that routes. */
export async function compareRouting(
  engine: Engine,
  queries: EngineQueries,
  document: TextDocument,
): Promise<RoutingPage | undefined> {
  const uris = await otherFiles(document.uri);
  const name = documentName(document);
  const found = await showingWork(
    engine,
    'routing',
    `Comparing the routing of ${name} with the workspace`,
    async signal => {
      const texts: string[] = [];
      for (const uri of spread(uris)) {
        signal.throwIfAborted();
        texts.push(...(await textOf(uri)));
      }
      return overUnchanged(signal, 'the comparison', () =>
        queries.compareLoads(document, texts, uris.length, signal),
      );
    },
  );
  if (!found) return undefined;
  return { title: `Routing of ${name}`, markdown: markdownOf(name, found.model, found.compared) };
}

/** Sorted; of the workspace's folders those that are no hidden ones and no packages. */
async function otherFiles(own: Uri): Promise<Uri[]> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0)
    throw new UserError('No folder is open: there are no other files to compare with.');
  const uris: Uri[] = [];
  for (const folder of folders) {
    const { base, uris: found } = await filesOf(folder.uri);
    uris.push(
      ...found.filter(
        uri =>
          uri.toString() !== own.toString() &&
          !pathIn(base, uri)
            .split('/')
            .some(part => part.startsWith('.') || part === 'node_modules') &&
          reasonToSkip(uri.path, 0) === '',
      ),
    );
  }
  return uris.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** None where a folder is empty: others may have some. */
async function filesOf(folder: Uri): Promise<FolderFiles> {
  try {
    return await filesIn(folder);
  } catch (error) {
    if (error instanceof UserError) return { base: folder, uris: [] };
    throw error;
  }
}

/** None where a file is no text, is too large, or cannot be read. */
async function textOf(uri: Uri): Promise<string[]> {
  try {
    if ((await workspace.fs.stat(uri)).size > LARGEST_BYTES) return [];
    const bytes = await workspace.fs.readFile(uri);
    if (bytes.includes(0)) return [];
    return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)];
  } catch {
    return [];
  }
}

function markdownOf(name: string, model: string, compared: LoadComparison): string {
  const rows = comparisonRows(compared);
  return [
    `# Routing of ${proseText(name)}`,
    `Model: ${proseText(model)}. ${comparedWords(compared)}, each read around its middle.`,
    'Total variation: the share of choices that would have to fall on other experts for the loads to be the same, from 0 % to 100 %.',
    markdownTable(rows, ['right', 'right', 'left']),
    '',
  ].join('\n\n');
}
