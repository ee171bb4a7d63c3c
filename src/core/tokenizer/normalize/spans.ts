// If the tokens' own bytes differ from the text's (normalisation, white space taken by an added token), their offsets
// are mapped to the text.
import { utf8Length } from '../../text/utf8';

/** text[start, end), in UTF-16 offsets, was replaced by `text`. */
export interface ReplacedSpan {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with its spans, which are ascending, replaced. */
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
 * Maps ascending byte offsets of `replaceSpans(text, spans)` to those of `text`, in place. Inside a span they are
 * distributed in proportion, so that token spans still ascend and cover the text; which bytes correspond is unknown
 * there.
 */
export function moveToText(
  text: string,
  spans: readonly ReplacedSpan[],
  offsets: Uint32Array,
): void {
  let i = 0;
  let at = 0; // UTF-16, in the text
  let bytes = 0; // in the text before `at`
  let replacedBytes = 0; // in the replaced text before `at`
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
