// Downloads what was planned, into the cache that all tools of the hub share. The caller has asked the user.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Cancelled, UserError } from '../core/errors';
import { reasonOf } from '../core/fileReason';
import { formatBytes } from '../core/format';
import { placeBlob, sizeOf } from './cache';
import { downloadFile } from './downloadFile';
import type { HubClient, Request } from './hubClient';
import { gatedError } from './hubErrors';
import { distinct, type Plan, type PlannedFile } from './plan';
import type { Repository } from './repository';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of all files that are there, of how many, and the file that is being downloaded. */
  readonly onProgress?: (done: number, all: number, file: string) => void;
  /** Makes links. */
  readonly link?: typeof symlink;
}

/** Throws `UserError`, and `Cancelled` when aborted: what was downloaded is continued the next time. */
export async function download(
  client: HubClient,
  plan: Plan,
  { signal, onProgress, link = symlink }: DownloadOptions = {},
): Promise<void> {
  const { repository, folder, files, bytes } = plan;
  checkBefore(client, plan);
  let done = 0;
  try {
    await mkdir(join(folder, 'blobs'), { recursive: true });
    const unlinked = files.filter(file => sizeOf(file.path) !== file.bytes);
    for (const file of distinct(files)) {
      const before = done;
      if (unlinked.includes(file) && sizeOf(file.blob) !== file.bytes)
        await downloadFile(client, requestOf(repository, file, signal), file, own =>
          onProgress?.(before + own, bytes, file.name),
        );
      done += file.bytes;
      onProgress?.(done, bytes, file.name);
    }
    // At the end, so that nobody takes a part for the model.
    for (const [i, { blob, path }] of unlinked.entries()) {
      const isNeeded = unlinked.slice(i + 1).some(other => other.blob === blob);
      await placeBlob(blob, path, isNeeded, link);
    }
    await writeRef(plan);
  } catch (error) {
    if (error instanceof UserError || error instanceof Cancelled) throw error;
    const isFull = /^(ENOSPC|EDQUOT)$/.test((error as NodeJS.ErrnoException).code ?? '');
    const next = isFull
      ? 'Free some space; the download then continues where it stopped'
      : 'Is it yours to write';
    throw new UserError(
      `${repository.name} could not be written to ${folder}: ${reasonOf(error)}. ${next}${isFull ? '.' : '?'}`,
    );
  }
}

function requestOf(
  { name, commit }: Repository,
  file: PlannedFile,
  signal: AbortSignal | undefined,
): Request {
  const path = file.name.split('/').map(encodeURIComponent).join('/');
  return {
    path: `/${name}/resolve/${commit}/${path}`,
    signal,
    subject: {
      what: `${file.name} of ${name}`,
      repository: name,
      revision: commit,
      file: file.name,
    },
  };
}

/** Throws `UserError` where it is known to fail. */
export function checkBefore({ environment }: HubClient, plan: Plan): void {
  const { repository, missing, free, folder } = plan;
  if (missing > 0 && repository.isGated && !environment.token)
    throw gatedError(repository.name, environment);
  if (missing > free)
    throw new UserError(
      `${repository.name} needs ${formatBytes(missing)}, and ${folder} has ${formatBytes(free)} free. Free some space, or set HF_HUB_CACHE to a folder on another disk.`,
    );
}

/** Which commit a branch or a tag is, as tools without a network look it up. */
async function writeRef({ repository: { revision, commit }, folder }: Plan): Promise<void> {
  if (revision === commit) return;
  const path = join(folder, 'refs', revision);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, commit);
}
