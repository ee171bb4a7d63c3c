// The files that a command reads of the paths that it was given.
import { readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { reasonOf } from '../core/fileReason';

export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

type Skip = (path: string, reason: string) => void;

/**
 * Files themselves, and of folders all files in them except hidden ones and node_modules, in the order of their names.
 * `done`: what is not done with standard input. Throws `UserError` for it, and for a path that does not exist.
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
  let names: string[] = [];
  try {
    stats = statSync(path);
    if (stats.isDirectory()) names = namesIn(path);
  } catch (error) {
    skip(path, `cannot be read: ${reasonOf(error)}`);
    return [];
  }
  if (stats.isDirectory()) return names.flatMap(name => filesIn(join(path, name), skip));
  if (stats.isFile()) return [{ path, bytes: stats.size }];
  skip(path, 'neither a file nor a folder');
  return [];
}

function namesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .filter(entry => entry.isFile() || entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
