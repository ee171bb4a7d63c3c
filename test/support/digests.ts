// Digests of what is found in many strings, as training/golden_tokens.py makes them: one for each batch.
import { createHash } from 'node:crypto';

/** The batches in which `uint32sOf`, over each string behind their number, does not give the digest of a golden file. */
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
