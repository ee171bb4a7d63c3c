// The download cache that all tools of the hub share: `models--OWNER--NAME/{blobs,refs,snapshots}`, as hub-docs'
// `local-cache.md` describes it.
import { statSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Checksum } from './repository';

export function repositoryFolder(cacheFolder: string, name: string): string {
  return join(cacheFolder, `models--${name.replace('/', '--')}`);
}

/** What is opened as a model's folder. */
export function snapshotFolder(repository: string, commit: string): string {
  return join(repository, 'snapshots', commit);
}

export function blobPath(repository: string, { hex }: Checksum): string {
  return join(repository, 'blobs', hex);
}

/** Of a regular file, links followed; -1 where there is none. */
export function sizeOf(path: string): number {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : -1;
  } catch {
    return -1;
  }
}

/**
 * Puts a blob into a snapshot under its name: as a relative link, or itself where links are not allowed, which on
 * Windows they often are not (huggingface_hub does the same). `isNeeded`: it stands for another name, too. `link` makes
 * links.
 */
export async function placeBlob(
  blob: string,
  path: string,
  isNeeded: boolean,
  link = symlink,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Of a file that was there with another content.
  await rm(path, { force: true });
  try {
    await link(relative(dirname(path), blob), path, 'file');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!/^(EPERM|EACCES|ENOSYS|ENOTSUP|EOPNOTSUPP|UNKNOWN)$/.test(code ?? '')) throw error;
    await (isNeeded ? copyFile : rename)(blob, path);
  }
}
