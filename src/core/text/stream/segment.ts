// A range of a text between two hard boundaries with its tokens, whose offsets are relative to its start.
import { utf16Spans } from '../utf16Spans';
import { nextHardBoundary } from '../../tokenizer/hardBoundary';
import type { Encoding, Tokenizer } from '../../tokenizer/tokenizer';
import { utf8Length } from '../utf8';
import { cutText } from './cutText';

/** The target length of a segment in UTF-16 units: about what a keystroke re-encodes. */
export const SEGMENT_LENGTH = 1024;

export interface Segment extends Encoding {
  readonly text: string;
  /** Length of the text in UTF-8 bytes. */
  readonly bytes: number;
  readonly utf16Starts: Uint32Array;
  readonly utf16Ends: Uint32Array;
}

/**
 * Splits a text into segments, in order; none for an empty text. Each ends at the first hard boundary after `length`
 * UTF-16 units; text without hard boundaries stays in one segment. `before`: the character before the text, which must
 * then begin at a hard boundary; empty at the beginning of a document.
 */
export function segmentsOf(
  tokenizer: Tokenizer,
  text: string,
  length: number,
  before: string,
): Segment[] {
  const { boundaries } = tokenizer;
  const segments: Segment[] = [];
  for (let start = 0; start < text.length;) {
    const end = boundaries ? nextHardBoundary(boundaries, text, start + length) : text.length;
    const lead = start > 0 ? text[start - 1]! : before;
    const own = text.slice(start, end);
    segments.push(segmentOf(tokenizer, own, boundaries?.needsBefore ? lead : ''));
    start = end;
  }
  return segments;
}

/** The same of a text that comes in parts: see `cutText`. */
export function* segmentsOfParts(
  tokenizer: Tokenizer,
  parts: Iterable<string>,
  length = SEGMENT_LENGTH,
): Generator<Segment> {
  const { boundaries } = tokenizer;
  for (const { text, before } of cutText(boundaries, parts, length))
    yield segmentOf(tokenizer, text, boundaries?.needsBefore ? before : '');
}

function segmentOf(tokenizer: Tokenizer, text: string, before: string): Segment {
  const encoding = encodeAfter(tokenizer, before, text);
  const { starts, ends } = utf16Spans(text, encoding.byteStarts);
  const bytes = utf8Length(text, 0, text.length);
  return { ...encoding, text, bytes, utf16Starts: starts, utf16Ends: ends };
}

/** The tokens of a text that begins at a hard boundary, after the character `before`, which may be empty. */
export function encodeAfter(tokenizer: Tokenizer, before: string, text: string): Encoding {
  const encoding = tokenizer.encode(before + text);
  if (before === '') return encoding;
  const bytes = utf8Length(before, 0, before.length);
  const { ids, byteStarts, byteEnds, normalized, missing } = encoding;
  const first = byteStarts.findIndex(start => start >= bytes);
  const differ = normalized?.subarray(first);
  return {
    ids: ids.slice(first),
    byteStarts: byteStarts.slice(first).map(start => start - bytes),
    byteEnds: byteEnds.slice(first).map(end => end - bytes),
    normalized: differ?.includes(1) ? differ : undefined,
    missing: missing === undefined ? undefined : missing - bytes,
  };
}
