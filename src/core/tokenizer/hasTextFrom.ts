// Whether a tokenizer fits a model that has fewer tokens.
import type { Tokenizer } from './tokenizer';

/**
 * Whether a text may have a token from `id` on. It has no special ones: a text that spells one has other tokens.
 * Gemma 3 of 1B has one for images, <image_soft_token>, that its table of embeddings has no row for.
 */
export function hasTextFrom(tokenizer: Tokenizer, id: number): boolean {
  for (; id < tokenizer.vocabSize; id++)
    if (!tokenizer.isSpecial(id) && tokenizer.bytesOf(id).length > 0) return true;
  return false;
}
