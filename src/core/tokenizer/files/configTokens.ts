// Added tokens of a tokenizer_config.json, which the `transformers` library adds after those of the tokenizer's own files.
import { isObject, type Json } from '../../json';

/** In the form of a tokenizer.json's `added_tokens`, in the order of the ids that the file gives them. */
export function addedTokensOfConfig(config: unknown): Json[] {
  const decoder = isObject(config) ? config.added_tokens_decoder : undefined;
  if (!isObject(decoder)) return [];
  return Object.entries(decoder)
    .map(([id, token]) => ({ id: Number(id), token }))
    .sort((a, b) => a.id - b.id)
    .flatMap(({ id, token }) =>
      isObject(token) && typeof token.content === 'string'
        ? [{ normalized: token.special !== true, ...token, id }]
        : [],
    );
}
