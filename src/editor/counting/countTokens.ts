// Counts the tokens of a folder's files for context budgets, one after the other, and says which were left out and why.
import {
  extensions,
  FileType,
  ProgressLocation,
  RelativePattern,
  Uri,
  window,
  workspace,
} from 'vscode';
import { languageNames } from '../../core/text/languageNames';
import { NO_TEXT, reasonToSkip } from '../../core/text/textFiles';
import { byTokens, type FileTokens } from '../../core/text/tokenCounts';
import { Cancelled, UserError } from '../../core/errors';
import type { Inspection } from '../engine/scoringPasses';

export interface FolderCount {
  readonly folder: string;
  /** Most tokens first. */
  readonly files: readonly FileTokens[];
  readonly skipped: readonly { path: string; reason: string }[];
}

/** Undefined where the user chose no folder. Throws `Cancelled`, and `UserError` where there is nothing to count. */
export async function countFolder(
  inspection: Inspection,
  chosen: Uri | undefined,
): Promise<FolderCount | undefined> {
  const uri = chosen ?? (await askForFolder());
  if (!uri) return undefined;
  // Of a workspace's own folder the relative path would be its whole path.
  const own = workspace.workspaceFolders?.find(folder => folder.uri.toString() === uri.toString());
  const name = own?.name ?? workspace.asRelativePath(uri, true);
  return window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: `Counting tokens in ${name}`,
      cancellable: true,
    },
    async (progress, token) => {
      const isFile = (await workspace.fs.stat(uri)).type === FileType.File;
      // Without a pattern of its own the search leaves out what `files.exclude` does.
      const uris = isFile
        ? [uri]
        : await workspace.findFiles(new RelativePattern(uri, '**/*'), undefined, undefined, token);
      if (token.isCancellationRequested) throw new Cancelled();
      if (uris.length === 0) {
        throw new UserError(`There are no files in ${name}, or files.exclude hides them all.`);
      }
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const languageOf = languageNames(
        extensions.all.flatMap(({ packageJSON }) => packageJSON.contributes?.languages ?? []),
        workspace.getConfiguration('files', uri).get<Record<string, string>>('associations', {}),
      );
      const files: FileTokens[] = [];
      const skipped: { path: string; reason: string }[] = [];
      const base = isFile ? Uri.joinPath(uri, '..') : uri;
      for (const [i, file] of uris.entries()) {
        if (token.isCancellationRequested) throw new Cancelled();
        const path = file.path.slice(base.path.length).replace(/^\//, '');
        const message = i === 0 ? 'opening the tokenizer' : `file ${i + 1} of ${uris.length}`;
        progress.report({ message, increment: 100 / uris.length });
        const counted = await countFile(inspection, file, controller.signal);
        if (typeof counted === 'string') skipped.push({ path, reason: counted });
        else files.push({ path, language: languageOf(path), ...counted });
      }
      return { folder: name, files: files.sort(byTokens), skipped };
    },
  );
}

/** Why it was left out, where it was. */
async function countFile(inspection: Inspection, uri: Uri, signal: AbortSignal) {
  try {
    const { size } = await workspace.fs.stat(uri);
    const reason = reasonToSkip(uri.path, size);
    if (reason) return reason;
    const bytes = await workspace.fs.readFile(uri);
    return (await inspection.countFile(bytes, signal)) ?? NO_TEXT;
  } catch (error) {
    if (error instanceof Cancelled || error instanceof UserError) throw error;
    return (error as Error).message;
  }
}

async function askForFolder(): Promise<Uri | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  const browse = { label: 'Choose a folder…', uri: undefined };
  const items = [...folders.map(({ name, uri }) => ({ label: name, uri })), browse];
  const choice =
    folders.length > 0
      ? await window.showQuickPick(items, {
          title: 'Tokenscope: count the tokens of which folder?',
        })
      : browse;
  if (choice !== browse) return choice?.uri;
  const open = { canSelectFiles: false, canSelectFolders: true, openLabel: 'Count Tokens' };
  return (await window.showOpenDialog(open))?.[0];
}
