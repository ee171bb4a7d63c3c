// Counts the tokens of a folder's files, for context budgets, and lists the files that were left out, with the reason.
import { extensions, workspace, type Uri } from 'vscode';
import { languageNames } from '../../core/text/languageNames';
import { NO_TEXT, reasonToSkip } from '../../core/text/textFiles';
import { byTokens, type FileTokens } from '../../core/text/tokenCounts';
import { Cancelled, UserError } from '../../core/errors';
import type { EngineQueries } from '../engine/engineQueries';
import { pickUri } from '../ui/pickPath';
import { cancellable, shareReporter } from '../ui/progress';
import { filesIn, folderName, pathIn } from './folderFiles';

export interface FolderCount {
  readonly folder: string;
  /** By which tokens were counted. */
  readonly tokenizers: Awaited<ReturnType<EngineQueries['tokenizers']>>;
  /** Most tokens first. */
  readonly files: readonly FileTokens[];
  readonly skipped: readonly { path: string; reason: string }[];
}

/** Undefined if the user chose no folder, or cancelled. Throws `UserError` if there is nothing to count. */
export async function countFolder(
  queries: EngineQueries,
  chosen: Uri | undefined,
): Promise<FolderCount | undefined> {
  const uri = chosen ?? (await askForFolder());
  if (!uri) return undefined;
  const name = folderName(uri);
  return cancellable(`Counting tokens in ${name}`, async (signal, progress, token) => {
    const { base, uris } = await filesIn(uri, token);
    signal.throwIfAborted();
    const languageOf = languageNames(
      extensions.all.flatMap(({ packageJSON }) => packageJSON.contributes?.languages ?? []),
      workspace.getConfiguration('files', uri).get<Record<string, string>>('associations', {}),
    );
    progress.report({ message: 'opening the tokenizer' });
    const tokenizers = await queries.tokenizers();
    const report = shareReporter(progress);
    const files: FileTokens[] = [];
    const skipped: { path: string; reason: string }[] = [];
    for (const [i, file] of uris.entries()) {
      signal.throwIfAborted();
      const path = pathIn(base, file);
      report(i, uris.length, `file ${i + 1} of ${uris.length}`);
      const counted = await countFile(queries, file, signal);
      if (typeof counted === 'string') skipped.push({ path, reason: counted });
      else files.push({ path, language: languageOf(path), ...counted });
    }
    const { model, second } = await queries.tokenizers();
    if (model !== tokenizers.model || second !== tokenizers.second)
      throw new UserError('Another tokenizer was opened during the count. Run the count again.');
    return { folder: name, tokenizers, files: files.sort(byTokens), skipped };
  });
}

/** A file's count, or why it is left out. */
async function countFile(queries: EngineQueries, uri: Uri, signal: AbortSignal) {
  try {
    const { size } = await workspace.fs.stat(uri);
    const reason = reasonToSkip(uri.path, size);
    if (reason) return reason;
    const bytes = await workspace.fs.readFile(uri);
    return (await queries.countFile(bytes, signal)) ?? NO_TEXT;
  } catch (error) {
    if (error instanceof Cancelled || error instanceof UserError) throw error;
    return (error as Error).message;
  }
}

async function askForFolder(): Promise<Uri | undefined> {
  const own = workspace.workspaceFolders ?? [];
  return pickUri<Uri>({
    title: 'Tokenscope: count the tokens of which folder?',
    openLabel: 'Count Tokens',
    known: own.map(({ name, uri }) => ({ label: name, value: uri })),
    folders: {},
  });
}
