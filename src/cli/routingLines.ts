// `tokenscope layers --lens routing --against PATH`: the load of a mixture's experts by a text beside that by other files.
import { realpathSync, statSync } from 'node:fs';
import { UserError } from '../core/errors';
import { comparedWords, comparisonRows, spread } from '../core/layers/loadComparison';
import { reasonToSkip } from '../core/text/textFiles';
import type { Document } from '../engine/documents/document';
import { readRegularFile } from '../engine/files/regularFile';
import { decodeText } from '../engine/files/utf8Text';
import { compareLoads } from '../engine/layers/routingLoad';
import type { Model } from '../engine/models/model';
import { filesOfPaths } from './files';
import { formatScored, withProgress } from './progressLine';
import { tableLines } from './tableLines';

/** Throws `UserError` where there is no token to compare with, and `Cancelled` when aborted. */
export async function* comparisonLines(
  model: Model,
  document: Document,
  others: OtherTexts,
  isJson: boolean,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const compared = await withProgress(formatScored('tokens'), report =>
    compareLoads(model, document, others, signal, report),
  );
  if (isJson) {
    const layers = compared.layers.map(({ shares, othersShares, ...each }) => ({
      ...each,
      shares: [...shares],
      othersShares: [...othersShares],
    }));
    yield `${JSON.stringify({ ...compared, layers })}\n`;
    return;
  }
  yield `\n${comparedWords(compared)}:\n`;
  yield* tableLines(comparisonRows(compared), ['right', 'right', 'left']);
}

/** The texts that are read, and the number of files that they were taken from. */
export interface OtherTexts {
  readonly texts: readonly string[];
  readonly given: number;
}

/** Those of a file, or of a folder's other files than `file`. Throws `UserError` where a path cannot be read. */
export function otherTexts(against: string, file: string): OtherTexts {
  if (against === '-')
    throw new UserError('--against needs a file or a folder, not standard input.');
  const isFolder = isFolderAt(against);
  const own = isFolder && file !== '-' ? realpathSync(file) : undefined;
  const skip = (path: string, reason: string) => {
    if (path === against) throw new UserError(`${path}: ${reason}.`);
  };
  const files = filesOfPaths([against], 'compared with', skip).filter(
    ({ path, bytes }) =>
      !isFolder || (reasonToSkip(path, bytes) === '' && realpathSync(path) !== own),
  );
  const texts = spread(files).flatMap(({ path }) => {
    try {
      return [decodeText(path, readRegularFile(path))];
    } catch (error) {
      // In a folder, what is no text is left out.
      if (isFolder && error instanceof UserError) return [];
      throw error;
    }
  });
  return { texts, given: files.length };
}

/** What cannot be looked at is refused when it is read. */
function isFolderAt(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
