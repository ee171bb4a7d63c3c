// Digests of results for many strings, as computed by training/golden/tokens.py: one per batch.
import { createHash } from 'node:crypto';
import { randomOf } from './toys';
import { sampleOf, seedOr } from './seed';

/** Batches of each golden file in `npm test`, chosen by the seed. */
const SAMPLE = 3;

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
  const random = randomOf(seedOr(1));
  const first = Math.floor(random() * digests.length);
  const isChosen = (batch: number) =>
    (batch - first + digests.length) % digests.length < sampleOf(SAMPLE, digests.length);
  return digests.flatMap((digest, batch) => {
    if (!isChosen(batch)) return [];
    const start = batch * size;
    const hash = createHash('sha256');
    for (const string of strings.slice(start, start + size)) {
      const numbers = uint32sOf(string);
      hash.update(Uint32Array.of(numbers.length)).update(numbers);
    }
    return hash.digest('hex') === digest ? [] : [`strings ${start} to ${start + size}`];
  });
}
