// The tokens of a text that is being edited. An edit encodes only the segments that it touches.
import type { Tokenizer } from '../../tokenizer/tokenizer';
import {
  splitRope,
  joinRopes,
  ropeOf,
  segmentAt,
  ropeSize,
  startBelow,
  ropeText,
  ropeTokens,
  visitTokens,
  type Rope,
  type Size,
  type StreamTokens,
} from './rope';
import { SEGMENT_LENGTH, segmentsOf, type Segment } from './segment';

export type { StreamTokens };

export class TokenStream {
  #rope: Rope | undefined;
  readonly #tokenizer: Tokenizer;
  readonly #segmentLength: number;

  constructor(tokenizer: Tokenizer, text: string, segmentLength = SEGMENT_LENGTH) {
    this.#tokenizer = tokenizer;
    this.#segmentLength = segmentLength;
    this.#rope = this.#encoded(text, '');
  }

  /** Whether an edit is cheaper than encoding the text anew. */
  get isIncremental(): boolean {
    return this.#tokenizer.boundaries !== undefined;
  }

  get size(): Size {
    return ropeSize(this.#rope);
  }

  get text(): string {
    return ropeText(this.#rope);
  }

  /**
   * Replaces [start, end), in UTF-16 units, by `text`. Returns the first changed token: the tokens below it keep their
   * ids.
   */
  edit(start: number, end: number, text: string): number {
    // Whether a boundary is hard depends on the two units on either side. Every segment is replaced that has a boundary
    // with one of those units inside the edit.
    const offset = startBelow(this.#rope, start - 1);
    const [before, rest] = splitRope(this.#rope, offset);
    const [touched, after] = splitRope(rest, end + 3 - offset);
    const old = ropeText(touched);
    const renewed = old.slice(0, start - offset) + text + old.slice(end - offset);
    const lead = segmentAt(before, ropeSize(before).utf16 - 1)?.segment.text.at(-1);
    const middle = this.#encoded(renewed, lead ?? '');
    this.#rope = joinRopes(joinRopes(before, middle), after);
    return ropeSize(before).tokens + commonPrefix(idsOf(touched), idsOf(middle));
  }

  /**
   * Tokens [first, end) that touch [from, to), in UTF-16 units. An empty range touches the token that begins there or
   * contains it.
   */
  tokensIn(from: number, to: number): { first: number; end: number } {
    const first = this.#countAt(from, ({ utf16Ends }, unit) => lowerBound(utf16Ends, unit + 1));
    const last = Math.max(to, from + 1) - 1;
    const end = this.#countAt(last, ({ utf16Starts }, unit) => lowerBound(utf16Starts, unit + 1));
    return { first, end: Math.max(first, end) };
  }

  /** Tokens [first, end); all of them by default. */
  tokens(first = 0, end = this.size.tokens): StreamTokens {
    return ropeTokens(this.#rope, first, end);
  }

  /** The offset in bytes of the first character that the tokens leave out, if there is one. */
  get missing(): number | undefined {
    let first: number | undefined;
    // From -1: a segment may have nothing but what is left out.
    visitTokens(this.#rope, -1, Infinity, (segment, before) => {
      if (segment.missing !== undefined) first ??= segment.missing + before.bytes;
    });
    return first;
  }

  /** The segment that contains the unit at `at`, and the size of the text before it. */
  segmentAt(at: number): { segment: Segment; before: Size } | undefined {
    return segmentAt(this.#rope, at);
  }

  /** Tokens before the segment that contains the unit at `at`, plus those that `within` counts inside it. */
  #countAt(at: number, within: (segment: Segment, unit: number) => number): number {
    const found = segmentAt(this.#rope, at);
    if (!found) return this.size.tokens;
    return found.before.tokens + within(found.segment, at - found.before.utf16);
  }

  #encoded(text: string, before: string): Rope | undefined {
    return ropeOf(segmentsOf(this.#tokenizer, text, this.#segmentLength, before));
  }
}

function idsOf(rope: Rope | undefined): Uint32Array {
  const ids = new Uint32Array(ropeSize(rope).tokens);
  visitTokens(rope, 0, Infinity, (segment, before) => ids.set(segment.ids, before.tokens));
  return ids;
}

/** The number of leading values that are equal. */
export function commonPrefix(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a[i] === b[i]) i++;
  return i;
}

/** The first index with a value of at least `value`, in ascending values. */
function lowerBound(values: Uint32Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
