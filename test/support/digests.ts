// Digests of results for many strings, as computed by training/golden/tokens.py: one per batch.
import { createHash } from 'node:crypto';
import { someOf } from './seed';

/** Of the batches of a golden file, those in `npm test`: others of each file. */
const SHARE = 1 / 12;

/**
 * The batches whose digest, over the number of results and the results of `uint32sOf` for each string, differs from the
 * one in a golden file.
 */
export function differentBatches(
  strings: readonly string[],
  digests: readonly string[],
  uint32sOf: (text: string) => Uint32Array,
): string[] {
  const size = strings.length / digests.length;
  const own = parseInt(digests[0]!.slice(0, 8), 16);
  const few = Math.max(1, Math.round(SHARE * digests.length));
  const chosen = someOf([...digests.keys()], few, own);
  return chosen.flatMap(batch => {
    const start = batch * size;
    const hash = createHash('sha256');
    for (const string of strings.slice(start, start + size)) {
      const numbers = uint32sOf(string);
      hash.update(Uint32Array.of(numbers.length)).update(numbers);
    }
    return hash.digest('hex') === digests[batch] ? [] : [`strings ${start} to ${start + size}`];
  });
}
