// Tokens that a graph has no rows for: a tokenizer may have special ones.
import { UserError } from '../../../core/errors';

/** Throws `UserError` for a token outside the vocabulary. */
export function checkTokens(tokens: Iterable<number>, vocabSize: number): void {
  for (const token of tokens)
    if (token >= vocabSize)
      throw new UserError(`The model has no token ${token}: its vocabulary has ${vocabSize}.`);
}
