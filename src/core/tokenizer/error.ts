/** A tokenizer's files cannot be used. The message names the file and the field, and says what to do. */
export class TokenizerError extends Error {
  override readonly name = 'TokenizerError';
}
