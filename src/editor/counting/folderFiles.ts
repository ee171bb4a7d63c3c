// The files of a folder that a command reads, without those that VS Code hides.
import { FileType, RelativePattern, Uri, workspace, type CancellationToken } from 'vscode';
import { UserError } from '../../core/errors';

export interface FolderFiles {
  /** The folder that the files' paths are given from. */
  readonly base: Uri;
  readonly uris: readonly Uri[];
}

/** For display: a folder's name, or its path in the workspace. */
export function folderName(uri: Uri): string {
  // The relative path of a workspace folder itself would be its whole path.
  const own = workspace.workspaceFolders?.find(folder => folder.uri.toString() === uri.toString());
  return own?.name ?? workspace.asRelativePath(uri, true);
}

/** The files below a folder, or the file itself. Throws `UserError` where there are none. */
export async function filesIn(uri: Uri, token?: CancellationToken): Promise<FolderFiles> {
  const isFile = (await workspace.fs.stat(uri)).type === FileType.File;
  if (isFile) return { base: Uri.joinPath(uri, '..'), uris: [uri] };
  // Without a pattern of its own the search leaves out what `files.exclude` does.
  const pattern = new RelativePattern(uri, '**/*');
  const uris = await workspace.findFiles(pattern, undefined, undefined, token);
  if (uris.length > 0 || token?.isCancellationRequested) return { base: uri, uris };
  throw new UserError(`No files found in ${folderName(uri)}. Check the setting files.exclude.`);
}

/** Relative to the folder, with slashes. */
export function pathIn(base: Uri, file: Uri): string {
  return file.path.slice(base.path.length).replace(/^\//, '');
}
