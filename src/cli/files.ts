// The files that a command reads of the paths that it was given.
import { readdirSync, statSync, type Dirent, type Stats } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { reasonOf } from '../core/fileReason';

export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

type Skip = (path: string, reason: string) => void;

/**
 * Files themselves, links followed, and of folders all files in them except hidden ones and node_modules, in the order of
 * their names. `done`: what is not done with standard input. Throws `UserError` for it, and for a path that does not exist.
 */
export function filesOfPaths(paths: readonly string[], done: string, skip: Skip): FoundFile[] {
  for (const path of paths) {
    if (path === '-')
      throw new UserError(
        `Standard input is not ${done}. Give files or folders, or use \`tokens -\` to count a text from standard input.`,
      );
    if (!exists(path)) throw new UserError(`File not found: ${path}`);
  }
  return paths.flatMap(path => filesIn(path, skip));
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // It is there, in a way that is reported when it is read.
    return true;
  }
}

function filesIn(path: string, skip: Skip): FoundFile[] {
  let stats: Stats;
  let entries: Dirent[] = [];
  try {
    stats = statSync(path);
    if (stats.isDirectory()) entries = entriesIn(path);
  } catch (error) {
    skip(path, `cannot be read: ${reasonOf(error)}`);
    return [];
  }
  if (stats.isFile()) return [{ path, bytes: stats.size }];
  if (!stats.isDirectory()) skip(path, 'neither a file nor a folder');
  return entries.flatMap(entry => {
    const own = join(path, entry.name);
    if (!entry.isSymbolicLink()) return filesIn(own, skip);
    skip(own, 'a symbolic link, which is not followed');
    return [];
  });
}

function entriesIn(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
