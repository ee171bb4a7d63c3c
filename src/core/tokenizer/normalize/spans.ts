// Where the tokens' own bytes are not the text's (normalisation, white space that an added token takes),
// their offsets are carried over to the text.
import { utf8Length } from '../../text/utf8';

/** text[start, end), in UTF-16 offsets, was replaced by `text`. */
export interface ReplacedSpan {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with its spans, which ascend, replaced. */
export function replaceSpans(text: string, spans: readonly ReplacedSpan[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const span of spans) {
    parts.push(text.slice(at, span.start), span.text);
    at = span.end;
  }
  return parts.join('') + text.slice(at);
}

/**
 * Moves byte offsets of `replaced(text, spans)`, which ascend, to those of `text`, in place. Inside a
 * stretch they are spread in proportion, so that spans still ascend and cover the text: which byte there
 * stands for which cannot be said.
 */
export function moveToText(
  text: string,
  spans: readonly ReplacedSpan[],
  offsets: Uint32Array,
): void {
  let i = 0;
  let at = 0; // UTF-16, in the text; in bytes:
  let bytes = 0; // of the text before `at`
  let replacedBytes = 0; // of the replaced text there
  for (const { start, end, text: replacement } of spans) {
    const gap = utf8Length(text, at, start);
    const shift = bytes - replacedBytes;
    bytes += gap;
    replacedBytes += gap;
    for (; i < offsets.length && offsets[i]! <= replacedBytes; i++) offsets[i]! += shift;
    const size = utf8Length(text, start, end);
    const replacedSize = utf8Length(replacement, 0, replacement.length);
    for (; i < offsets.length && offsets[i]! < replacedBytes + replacedSize; i++) {
      const share = (offsets[i]! - replacedBytes) / replacedSize;
      offsets[i] = bytes + Math.floor(share * size);
    }
    at = end;
    bytes += size;
    replacedBytes += replacedSize;
  }
  for (; i < offsets.length; i++) offsets[i]! += bytes - replacedBytes;
}
