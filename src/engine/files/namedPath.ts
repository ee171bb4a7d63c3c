// Paths that the files of a model's folder name: its weights, its report, its autoencoders, its pair. The folder may come
// from anywhere, so what it names may be read only where the model itself is, links followed.
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { UserError } from '../../core/errors';

/** `folder`: below the model's folder. `sibling`: below the folder that holds it, as `../positive` is. */
type Scope = 'folder' | 'sibling';

/**
 * The absolute path, without links where it exists. In a download cache of the hub, whose files are links, the
 * repository's blobs are part of the folder, and the repository holds its siblings.
 * Throws `UserError` if the path leads elsewhere. `source` names it, in messages.
 */
export function namedPath(folder: string, named: string, scope: Scope, source: string): string {
  const path = resolve(folder, named);
  const isThere = existsSync(path);
  const real = isThere ? realpathSync(path) : path;
  const own = isThere ? realpathSync(folder) : resolve(folder);
  const repository = repositoryOf(own);
  const roots =
    scope === 'folder'
      ? [own, ...(repository ? [join(repository, 'blobs')] : [])]
      : [repository ?? dirname(own)];
  if (roots.some(root => !isOutside(root, real))) return real;
  const place = scope === 'folder' ? "the model's folder" : "the folder of the model's folder";
  const link = real === path ? '' : `, which leads to ${real}`;
  throw new UserError(
    `${source} refers to a file outside of ${place}: ${named}${link}. Move the file into the folder.`,
  );
}

/** Whether a path is not below a folder. */
export function isOutside(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside === '..' || /^\.\.[/\\]/.test(inside) || isAbsolute(inside);
}

/** Of a folder in the hub's download cache, `REPOSITORY/snapshots/REVISION/...`. */
export function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (at === dirname(at)) return undefined;
    const snapshots = dirname(at);
    const repository = dirname(snapshots);
    if (basename(snapshots) === 'snapshots' && existsSync(join(repository, 'blobs')))
      return repository;
  }
}
