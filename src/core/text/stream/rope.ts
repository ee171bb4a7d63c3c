// A sequence of segments as a treap (Seidel and Aragon 1996): a binary tree in the order of the text, a heap by random
// priority, so that finding, splitting and joining take O(log n) steps in expectation. Each node stores the sums of its
// subtree, so an edit shifts everything after it without touching it.
import type { Encoding } from '../../tokenizer/tokenizer';
import type { Segment } from './segment';

export interface Size {
  readonly utf16: number;
  readonly bytes: number;
  readonly tokens: number;
}

export interface Rope extends Size {
  readonly segment: Segment;
  readonly priority: number;
  readonly left: Rope | undefined;
  readonly right: Rope | undefined;
}

export const NOTHING: Size = { utf16: 0, bytes: 0, tokens: 0 };

export function ropeSize(rope: Rope | undefined): Size {
  return rope ?? NOTHING;
}

export function ropeOf(segments: readonly Segment[]): Rope | undefined {
  return segments.reduce<Rope | undefined>(
    (rope, segment) => joinRopes(rope, node(segment, Math.random(), undefined, undefined)),
    undefined,
  );
}

/** Concatenates two ropes. */
export function joinRopes(left: Rope | undefined, right: Rope | undefined): Rope | undefined {
  if (!left || !right) return left ?? right;
  return left.priority > right.priority
    ? node(left.segment, left.priority, left.left, joinRopes(left.right, right))
    : node(right.segment, right.priority, joinRopes(left, right.left), right.right);
}

/** Splits into the segments whose start, in UTF-16 units, is below `at`, and the others. */
export function splitRope(
  rope: Rope | undefined,
  at: number,
): [before: Rope | undefined, after: Rope | undefined] {
  if (!rope) return [undefined, undefined];
  const { segment, priority, left, right } = rope;
  const start = ropeSize(left).utf16;
  if (start < at) {
    const [before, after] = splitRope(right, at - start - segment.text.length);
    return [node(segment, priority, left, before), after];
  }
  const [before, after] = splitRope(left, at);
  return [before, node(segment, priority, after, right)];
}

/** Calls `visit` with each segment that has a token in [first, end) and the size of the text before it. */
export function visitTokens(
  rope: Rope | undefined,
  first: number,
  end: number,
  visit: (segment: Segment, before: Size) => void,
  before = NOTHING,
): void {
  if (!rope || before.tokens >= end || before.tokens + rope.tokens <= first) return;
  visitTokens(rope.left, first, end, visit, before);
  const here = sumOfSizes(before, ropeSize(rope.left));
  const after = sumOfSizes(here, sizeOfSegment(rope.segment));
  if (here.tokens < end && after.tokens > first) visit(rope.segment, here);
  visitTokens(rope.right, first, end, visit, after);
}

/** The start of the last segment that starts below `at`, or 0. */
export function startBelow(rope: Rope | undefined, at: number): number {
  if (!rope) return 0;
  const start = ropeSize(rope.left).utf16;
  if (start >= at) return startBelow(rope.left, at);
  const end = start + rope.segment.text.length;
  return end < at && rope.right ? end + startBelow(rope.right, at - end) : start;
}

/** The segment that contains the UTF-16 unit at `at`, and the size of the text before it. */
export function segmentAt(
  rope: Rope | undefined,
  at: number,
  before = NOTHING,
): { segment: Segment; before: Size } | undefined {
  if (!rope) return undefined;
  const here = sumOfSizes(before, ropeSize(rope.left));
  if (at < here.utf16) return segmentAt(rope.left, at, before);
  const after = sumOfSizes(here, sizeOfSegment(rope.segment));
  return at < after.utf16
    ? { segment: rope.segment, before: here }
    : segmentAt(rope.right, at, after);
}

/**
 * Tokens [first, first + ids.length) of a text, with offsets from the start of the text. `missing` is of the segments
 * that have one of them.
 */
export interface StreamTokens extends Encoding {
  /** UTF-16 spans of the whole characters that the tokens touch. */
  readonly utf16Starts: Uint32Array;
  readonly utf16Ends: Uint32Array;
}

/** Tokens [first, end) of a rope; `start`: the size of the text before it. */
export function ropeTokens(
  rope: Rope | undefined,
  first: number,
  end: number,
  start = NOTHING,
): StreamTokens {
  const count = Math.max(0, end - first);
  const [ids, byteStarts, byteEnds, utf16Starts, utf16Ends] = Array.from(
    { length: 5 },
    () => new Uint32Array(count),
  ) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let normalized: Uint8Array | undefined;
  let missing: number | undefined;
  const visit = (segment: Segment, before: Size) => {
    const from = Math.max(0, first - before.tokens);
    const to = Math.min(segment.ids.length, end - before.tokens);
    const at = before.tokens + from - first;
    ids.set(segment.ids.subarray(from, to), at);
    for (let i = from; i < to; i++) {
      const row = at + i - from;
      byteStarts[row] = segment.byteStarts[i]! + before.bytes;
      byteEnds[row] = segment.byteEnds[i]! + before.bytes;
      utf16Starts[row] = segment.utf16Starts[i]! + before.utf16;
      utf16Ends[row] = segment.utf16Ends[i]! + before.utf16;
    }
    if (segment.missing !== undefined) missing ??= segment.missing + before.bytes;
    if (segment.normalized) {
      normalized ??= new Uint8Array(count);
      normalized.set(segment.normalized.subarray(from, to), at);
    }
  };
  visitTokens(rope, first, end, visit, start);
  return { ids, byteStarts, byteEnds, utf16Starts, utf16Ends, normalized, missing };
}

export function ropeText(rope: Rope | undefined): string {
  if (!rope) return '';
  return ropeText(rope.left) + rope.segment.text + ropeText(rope.right);
}

function node(
  segment: Segment,
  priority: number,
  left: Rope | undefined,
  right: Rope | undefined,
): Rope {
  const size = sumOfSizes(sumOfSizes(ropeSize(left), sizeOfSegment(segment)), ropeSize(right));
  return { segment, priority, left, right, ...size };
}

export function sizeOfSegment({ text, bytes, ids }: Segment): Size {
  return { utf16: text.length, bytes, tokens: ids.length };
}

export function sumOfSizes(a: Size, b: Size): Size {
  return { utf16: a.utf16 + b.utf16, bytes: a.bytes + b.bytes, tokens: a.tokens + b.tokens };
}
