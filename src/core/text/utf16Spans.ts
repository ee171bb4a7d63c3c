// Converts byte offsets, which are exact, to UTF-16 offsets, which editors use and which cannot point inside a
// character.
import { utf8LengthAt } from './utf8';

/**
 * UTF-16 spans of the whole characters (code points) that byte spans touch; tokens that split a character share its
 * span. The byte spans are [byteStarts[i], byteStarts[i + 1]); the last one ends with the text. `byteStarts` are
 * ascending and within the text's UTF-8. An empty span gets the character that contains it.
 */
export function utf16Spans(
  text: string,
  byteStarts: Uint32Array,
): { starts: Uint32Array; ends: Uint32Array } {
  const count = byteStarts.length;
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  // The current character: UTF-16 [from, to), which ends before byte `byteEnd`.
  let from = 0;
  let to = 0;
  let byteEnd = 0;
  for (let token = 0; token < count; token++) {
    const first = byteStarts[token]!;
    const last = token + 1 < count ? Math.max(first, byteStarts[token + 1]! - 1) : Infinity;
    while (byteEnd <= first && to < text.length) {
      const bytes = utf8LengthAt(text, to);
      from = to;
      to += bytes === 4 ? 2 : 1;
      byteEnd += bytes;
    }
    starts[token] = from;
    while (byteEnd <= last && to < text.length) {
      const bytes = utf8LengthAt(text, to);
      from = to;
      to += bytes === 4 ? 2 : 1;
      byteEnd += bytes;
    }
    ends[token] = to;
  }
  return { starts, ends };
}
