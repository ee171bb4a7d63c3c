// Labels that a user gave for an autoencoder from elsewhere. They are kept apart from its folder, which may be a download
// cache that other tools share.
import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UserError } from '../../core/errors';
import { reasonOf } from '../../core/fileReason';
import type { Label } from '../../core/sae/featureLabels';
import { labelLines, readLabels, type LabelLimits } from '../../core/sae/readLabels';
import { cacheFolder } from '../files/cacheFolder';
import { readPart, TEXT_BYTES } from '../files/regularFile';

/** The file that they are kept in; it need not exist. `path`: of the autoencoder. */
export function keptLabelsPath(path: string): string {
  const key = createHash('sha256').update(realpathSync(path)).digest('hex').slice(0, 32);
  return join(cacheFolder(), 'labels', `${key}.jsonl`);
}

/** With what was left out, in sentences. Throws `UserError` where a file cannot be read or none of them has a label. */
export function readLabelFiles(
  files: readonly string[],
  limits: LabelLimits,
): { labels: Map<number, Label>; problems: string[] } {
  const labels = new Map<number, Label>();
  const problems = files.flatMap(file => {
    const left = readLabels(labelText(file), labels, limits);
    return left ? [`${file}: ${left}`] : [];
  });
  if (labels.size > 0) return { labels, problems };
  throw new UserError(
    `No label was found in ${files.join(', ')}. ${problems[0] ?? ''} A label is an object with an "index" and a "description", as Neuronpedia exports them.`,
  );
}

/** Writes labels in place of those that are there; none: deletes the file. Throws `UserError`. */
export function keepLabels(kept: string, labels: ReadonlyMap<number, Label>): void {
  const unfinished = `${kept}.${process.pid}.unfinished`;
  try {
    if (labels.size === 0) return rmSync(kept, { force: true });
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(unfinished, [...labelLines(labels)].join(''));
    renameSync(unfinished, kept);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new UserError(`The labels could not be saved in ${dirname(kept)}: ${reasonOf(error)}.`);
  }
}

/** The text of a file of labels, which may be packed. Throws `UserError`. */
export function labelText(path: string): string {
  const bytes = readPart(path);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isPacked && !path.endsWith('.gz')) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: TEXT_BYTES }).toString('utf8');
  } catch (error) {
    throw new UserError(`${path} holds no labels: ${(error as Error).message}.`);
  }
}
