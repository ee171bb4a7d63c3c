// Bytes and ids, one part after the other.

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  return concatenated(new Uint8Array(lengthOf(parts)), parts);
}

/**
 * The ids of tokens. (A call takes no more than about 120,000 arguments: those of a long context cannot be spread.)
 */
export function concatIds(...parts: readonly ArrayLike<number>[]): Uint32Array {
  return concatenated(new Uint32Array(lengthOf(parts)), parts);
}

function lengthOf(parts: readonly ArrayLike<number>[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function concatenated<T extends Uint8Array | Uint32Array>(
  all: T,
  parts: readonly ArrayLike<number>[],
): T {
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
