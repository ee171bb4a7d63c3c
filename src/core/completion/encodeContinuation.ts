// The tokens of a text that continues another one.
import type { Tokenizer } from '../tokenizer/tokenizer';
import { SPACE } from '../text/characters';

/** Without the space that tokenizers prepend to a whole text. */
export function encodeContinuation(tokenizer: Tokenizer, text: string): number[] {
  const { ids, byteEnds } = tokenizer.encode(text);
  const [first, ...rest] = ids;
  if (first === undefined) return [];
  const bytes = tokenizer.bytesOf(first);
  // The text begins otherwise, or with fewer bytes than the token.
  const isPrepended = bytes[0] === SPACE && (!/^\s/u.test(text) || bytes.length > byteEnds[0]!);
  if (!isPrepended) return [...ids];
  // A token of its own, which no merge has taken, changes none of those after it.
  if (byteEnds[0] === 0) return rest;
  const afterLineFeed = tokenizer.encode(`\n${text}`);
  const from = afterLineFeed.byteStarts.indexOf(1);
  return [...(from < 0 ? ids : afterLineFeed.ids.slice(from))];
}
