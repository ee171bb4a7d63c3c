// Digests of results for many strings, as computed by training/golden/tokens.py: one per batch.
import { createHash } from 'node:crypto';

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
  return digests.flatMap((digest, batch) => {
    const first = batch * size;
    const hash = createHash('sha256');
    for (const string of strings.slice(first, first + size)) {
      const numbers = uint32sOf(string);
      hash.update(Uint32Array.of(numbers.length)).update(numbers);
    }
    return hash.digest('hex') === digest ? [] : [`strings ${first} to ${first + size}`];
  });
}
