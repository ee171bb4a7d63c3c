// What is kept of weights that were prepared: how much it is, and how to be rid of it. A file that is gone is made again
// when its model is opened.
import { readdirSync, rmSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { WeightCache } from '../../protocol/models';
import { UNFINISHED } from './preparedWeights';
import { ENDING } from './weightPlan';

/** `folder` need not exist. Other files in it are not counted. */
export function weightCache(folder: string): WeightCache {
  const sizes = filesIn(folder).map(path => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return { folder, files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Answers what is left: files that a system keeps while they are open. */
export function deleteWeightCache(folder: string): WeightCache {
  for (const path of filesIn(folder)) {
    try {
      rmSync(path);
    } catch {
      // It is counted below.
    }
  }
  return weightCache(folder);
}

function filesIn(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  const isOurs = ({ name }: Dirent) => name.endsWith(ENDING) || name.endsWith(UNFINISHED);
  return entries
    .filter(each => each.isFile() && isOurs(each))
    .map(({ name }) => join(folder, name));
}
