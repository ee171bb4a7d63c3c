/** Exact probabilities of bytes cannot be had. The message says why, where, and what would help. */
export class InexactError extends Error {
  override readonly name = 'InexactError';
}
