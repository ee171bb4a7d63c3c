// Downloads explanations that were found. The caller has asked the user.
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Cancelled, UserError } from '../../core/errors';
import { reasonOf } from '../../core/fileReason';
import { formatBytes } from '../../core/format';
import { downloadFile } from '../downloadFile';
import type { HubClient } from '../hubClient';
import { freeBytes } from '../plan';
import type { Explanations } from './explanations';

/** Files have some hundreds of kilobytes, so that most of the time is waited for answers. */
const AT_ONCE = 4;

/** Names and values, in order: what a user is asked before anything is downloaded. `keptIn`: the folder of the labels. */
export function explanationFacts(
  { environment: { endpoint } }: HubClient,
  { name, folder, files, bytes }: Explanations,
  keptIn: string,
): [string, string][] {
  return [
    ['from', new URL(endpoint).host],
    [
      'asked for',
      `v1/${name}/${folder}, ${files.length === 1 ? '1 file' : `${files.length} files`}`,
    ],
    ['download', formatBytes(bytes)],
    ['kept', `the labels alone, in ${keptIn}`],
    ['terms', 'those of www.neuronpedia.org'],
  ];
}

/** The paths of the files, in order. Throws `UserError`, and `Cancelled`. `folder`: of their own, which need not exist. */
export async function getExplanations(
  client: HubClient,
  { files, bytes, name }: Explanations,
  folder: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (done: number, all: number) => void },
): Promise<string[]> {
  if (bytes > freeBytes(folder))
    throw new UserError(`${folder} has no room for ${formatBytes(bytes)}: make room there.`);
  const failed = new AbortController();
  const own = AbortSignal.any([signal, failed.signal]);
  const done = files.map(() => 0);
  const paths = files.map(({ key }) => join(folder, basename(key)));
  const waiting = files.map((file, i) => ({ file, i }));
  const work = async () => {
    for (let each = waiting.shift(); each; each = waiting.shift()) {
      const { file, i } = each;
      const path = `/${file.key.split('/').map(encodeURIComponent).join('/')}`;
      const subject = { what: `${basename(file.key)} of ${name}` };
      const wanted = { ...file, blob: paths[i]! };
      await downloadFile(client, { path, subject, signal: own }, wanted, read => {
        done[i] = read;
        onProgress?.(
          done.reduce((sum, count) => sum + count, 0),
          bytes,
        );
      });
    }
  };
  try {
    await mkdir(folder, { recursive: true });
    const all = Array.from({ length: AT_ONCE }, () => work().catch(failWith(failed)));
    await Promise.all(all);
    failed.signal.throwIfAborted();
  } catch (error) {
    if (error instanceof UserError || error instanceof Cancelled) throw error;
    throw new UserError(`${name} could not be written to ${folder}: ${reasonOf(error)}.`);
  }
  return paths;
}

/** The others end, too; what failed first is thrown when they have. */
const failWith = (failed: AbortController) => (error: unknown) => {
  if (!failed.signal.aborted) failed.abort(error);
};
