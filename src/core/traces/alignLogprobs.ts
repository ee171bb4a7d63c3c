// Aligns the log-probabilities of a file with its text. They are compared byte by byte: if they do not match, they are
// refused with the first byte that differs, never placed approximately.
import { AlignError } from '../errors';
import { displayToken } from '../displayToken';
import type { RawLogprobs } from './formats/rawTrace';
import type { SavedLogprobs, SavedToken, TraceSegment, Span } from './trace';
import { SPACE } from '../text/characters';

/** Servers also list tokens that end a text, and the markers around a chain of thought that they removed from it. */
const MARK =
  /^\s*(?:<\|[^|>]*\|>|<\/?s>|<\/?(?:think|thinking|reasoning|seed:think)>|\[\/?THINK\])?\s*$/;

/** Bytes shown of a difference. */
const SHOWN = 12;

/** The log-probabilities aligned with `text` (UTF-8), whose segments are `segments`. Throws `AlignError`. */
export function alignLogprobs(
  { tokens, ...series }: RawLogprobs,
  text: Uint8Array,
  segments: readonly TraceSegment[],
): SavedLogprobs {
  const all = concat(tokens.map(({ bytes }) => bytes));
  const ends: number[] = [];
  tokens.forEach(({ bytes }, i) => ends.push((ends[i - 1] ?? 0) + bytes.length));
  const pieces = placedSpans(all, text, segments);
  const aligned = tokens.flatMap((token, i): SavedToken[] => {
    const end = ends[i]!;
    const start = end - token.bytes.length;
    const piece = pieces.find(each => start >= each.from && end <= each.from + each.length);
    if (!piece || end === start) return [];
    const shift = piece.at - piece.from;
    return [
      {
        start: start + shift,
        end: end + shift,
        bytes: token.bytes,
        logprob: token.logprob,
        top: token.top,
      },
    ];
  });
  return { ...series, tokens: aligned };
}

/** `length` bytes of the concatenated tokens, from byte `from` on, are those of the text from `at` on. */
interface Piece {
  readonly from: number;
  readonly at: number;
  readonly length: number;
}

function placedSpans(
  all: Uint8Array,
  text: Uint8Array,
  segments: readonly TraceSegment[],
): Piece[] {
  const kinds = ['thinking', 'answer'] as const;
  const spans: Span[] = [{ start: 0, end: text.length }];
  for (const kind of kinds) {
    const own = segments.filter(segment => segment.kind === kind);
    if (own.length > 0) spans.push({ start: own[0]!.start, end: own.at(-1)!.end });
  }
  for (const span of spans) {
    const pieces = inOrder(all, text, [span]);
    if (pieces) return pieces;
  }
  const written = segments.filter(({ kind }) => kind !== 'tool');
  const pieces = inOrder(all, text, written);
  if (pieces) return pieces;
  throw new AlignError(differenceOf(all, text, spans));
}

/** Locates the spans, in order, in the concatenated tokens, if only markers and white space lie between them. */
function inOrder(all: Uint8Array, text: Uint8Array, spans: readonly Span[]): Piece[] | undefined {
  const pieces: Piece[] = [];
  let from = 0;
  for (const span of spans) {
    const { start, end } = trim(text, span);
    if (end === start) return undefined;
    const at = indexOf(all, text.subarray(start, end), from);
    if (at < 0 || !isMark(all.subarray(from, at))) return undefined;
    // White space around the span that both have belongs to the span.
    let [before, after] = [0, 0];
    while (
      start - before > span.start &&
      at - before > from &&
      all[at - before - 1] === text[start - before - 1]
    )
      before++;
    from = at + end - start;
    while (
      end + after < span.end &&
      from + after < all.length &&
      all[from + after] === text[end + after]
    )
      after++;
    from += after;
    pieces.push({ from: at - before, at: start - before, length: end - start + before + after });
  }
  return isMark(all.subarray(from)) ? pieces : undefined;
}

function isMark(bytes: Uint8Array): boolean {
  return MARK.test(new TextDecoder('latin1').decode(bytes));
}

function isWhitespace(byte: number): boolean {
  return byte === SPACE || (byte >= 0x09 && byte <= 0x0d);
}

function trim(text: Uint8Array, { start, end }: Span): Span {
  while (start < end && isWhitespace(text[start]!)) start++;
  while (end > start && isWhitespace(text[end - 1]!)) end--;
  return { start, end };
}

function indexOf(all: Uint8Array, part: Uint8Array, from: number): number {
  // Markers are short, so distant matches are ignored.
  const latest = Math.min(all.length - part.length, from + 64);
  for (let at = from; at <= latest; at++) {
    let i = 0;
    while (i < part.length && all[at + i] === part[i]) i++;
    if (i === part.length) return at;
  }
  return -1;
}

/** Relative to the span with the longest common beginning. */
function differenceOf(all: Uint8Array, text: Uint8Array, spans: readonly Span[]): string {
  let best = { shared: -1, at: 0, from: 0 };
  for (const { start, end } of spans) {
    let shared = 0;
    while (shared < all.length && start + shared < end && all[shared] === text[start + shared])
      shared++;
    if (shared > best.shared) best = { shared, at: start + shared, from: shared };
  }
  const shown = (bytes: Uint8Array, at: number) =>
    at < bytes.length ? `“${displayToken(bytes.subarray(at, at + SHOWN))}”` : 'nothing more';
  return (
    `they do not match the text: first difference at byte ${best.at}, where the text has ` +
    `${shown(text, best.at)} and the tokens have ${shown(all, best.from)}`
  );
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
