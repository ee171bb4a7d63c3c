/**
 * The ids of tokens, one part after the other. (A call takes no more than about 120,000 arguments: those of a long context
 * cannot be spread.)
 */
export function joinIds(...parts: readonly ArrayLike<number>[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
