// A stretch of a text between two hard boundaries with its tokens, whose offsets count from its own start.
import { utf16Spans } from '../offsets';
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer';
import { utf8Length } from '../utf8';
import { nextHardBoundary } from './hardBoundary';

export interface Segment extends Encoding {
  readonly text: string;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
  readonly utf16Starts: Uint32Array;
  readonly utf16Ends: Uint32Array;
}

/**
 * The segments of a text, in order; none of an empty text. Each ends at the first hard boundary behind `length`
 * UTF-16 units; text without hard boundaries stays in one piece.
 */
export function segmentsOf(tokenizer: Tokenizer, text: string, length: number): Segment[] {
  const segments: Segment[] = [];
  for (let start = 0; start < text.length;) {
    const end = tokenizer.isCutByHardBoundaries
      ? nextHardBoundary(text, start + length)
      : text.length;
    segments.push(segmentOf(tokenizer, text.slice(start, end)));
    start = end;
  }
  return segments;
}

function segmentOf(tokenizer: Tokenizer, text: string): Segment {
  const encoding = tokenizer.encode(text);
  const { starts, ends } = utf16Spans(text, encoding.byteStarts);
  const bytes = utf8Length(text, 0, text.length);
  return { ...encoding, text, bytes, utf16Starts: starts, utf16Ends: ends };
}
